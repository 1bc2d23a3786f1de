namespace DataEfficiency.Portal.Labeling;

/// <summary>Rung after a commit that changed a project's labels; the estimator looks at the database by itself, so a lost ring loses nothing.</summary>
public interface IEstimateDoorbell
{
    void Ring(int projectId);
}

/// <summary>Where no estimator is registered: labels are stored, nobody comes to the door.</summary>
internal sealed class UnattendedDoorbell : IEstimateDoorbell
{
    public void Ring(int projectId)
    {
    }
}
