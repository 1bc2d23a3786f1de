using DataEfficiency.Portal.Estimating;

namespace DataEfficiency.Portal.Projects;

/// <summary>The models a project can be made with: the bundled one first.</summary>
public sealed class ProjectModels(ModelCatalog catalog)
{
    public const string Bundled = ModelCatalog.Bundled;

    public string Default => Names() is [var first, ..] ? first : "";

    public IReadOnlyList<string> Names() => catalog.Names();
}
