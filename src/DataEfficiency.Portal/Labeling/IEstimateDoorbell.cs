namespace DataEfficiency.Portal.Labeling;

/// <summary>Rung after a commit that changed a project's labels; the estimator looks at the database by itself, so a lost ring
/// loses nothing.</summary>
public interface IEstimateDoorbell
{
    void Ring(int projectId);
}
