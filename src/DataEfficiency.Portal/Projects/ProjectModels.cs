namespace DataEfficiency.Portal.Projects;

/// <summary>The models a project can be made with.</summary>
public sealed class ProjectModels
{
    public const string Bundled = "BundledModel";

    public string Default => Names()[0];

    public IReadOnlyList<string> Names() => [Bundled];
}
