// All reference tasks, from those that a small model learns within 100 examples to those that it has not learnt by 2,500.

namespace DataEfficiency.Engine.ReferenceTasks;

public static class ReferenceTaskList
{
    /// <summary>The two tasks that calibration chooses the learning rate on; they are left out of its fit.</summary>
    public static IReadOnlyList<string> LearningRateTasks { get; } = ["tense", "support-6"];

    public static IReadOnlyList<ReferenceTask> All { get; } =
    [
        .. MessageTasks.All, .. EnquiryTasks.All, .. ReviewTasks.All, .. FormatTasks.All, .. LogicTasks.All, .. TrackingTasks.All,
    ];

    /// <exception cref="ArgumentException">No task has this name; the message lists those there are.</exception>
    public static ReferenceTask Find(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new ArgumentException($"There is no reference task '{name}'. There are: {string.Join(", ", All.Select(t => t.Name))}.",
            nameof(name));
}
