using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>All kinds of task, in the order in which they are offered.</summary>
public static class TaskKinds
{
    public static IReadOnlyList<ITaskKind> All { get; } =
        [new SingleChoice(), new MultiLabel(), new Spans(), new ShortAnswer(), new RewritePair()];

    public static ITaskKind Of(TaskType type) => All.FirstOrDefault(k => k.Type == type)
        ?? throw new InvalidOperationException($"No kind of task is numbered {(int)type}: the project was made by a newer program.");

    public static ITaskKind Kind(this Project project) => Of(project.TaskType);
}
