using System.Text.RegularExpressions;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Tasks;

public sealed partial class TaskKindsTests
{
    [Fact]
    public void Of_EveryTaskType_HasItsKind()
    {
        foreach (var type in Enum.GetValues<TaskType>()) Assert.Equal(type, TaskKinds.Of(type).Type);
        Assert.Equal(["choice", "labels", "spans", "text", "rewrite"], TaskKinds.All.Select(k => k.Editor));
    }

    /// <summary>What an answer can be is written in one file per kind; a switch elsewhere would be forgotten by the next kind.</summary>
    [Fact]
    public void Source_OutsideOfTheRoomTasks_NeverAsksForTheKind()
    {
        var portal = Path.Combine(PortalFactory.RepositoryRoot, "src", "DataEfficiency.Portal");
        var asking = Directory.EnumerateFiles(portal, "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(portal, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("Tasks/", StringComparison.Ordinal) && !f.StartsWith("obj/", StringComparison.Ordinal)
                && !f.StartsWith("bin/", StringComparison.Ordinal))
            .Where(f => Kinds().IsMatch(File.ReadAllText(Path.Combine(portal, f))));

        Assert.Empty(asking);
    }

    [GeneratedRegex(@"TaskType\.(SingleChoice|MultiLabel|ShortAnswer|RewritePair|Spans)|switch\s*\(\s*\w+\.TaskType|TaskType\s+switch")]
    private static partial Regex Kinds();
}
