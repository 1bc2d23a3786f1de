namespace DataEfficiency.Portal.Estimating;

/// <summary>Takes the forecast's stop without a lead, where the settings ask for that and nothing is open before it.</summary>
public interface IStopByItself
{
    /// <summary>After a new picture of the project.</summary>
    Task ConsiderAsync(int projectId, CancellationToken cancellation);
}
