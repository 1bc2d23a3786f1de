// All reference tasks, from those that a small model learns within 100 examples to those that it has not learnt by 5,000.

namespace DataEfficiency.Engine.ReferenceTasks;

public static class ReferenceTaskList
{
    /// <summary>The two tasks that calibration chooses the learning rate on; they are left out of its fit.</summary>
    public static IReadOnlyList<string> LearningRateTasks { get; } = ["tense", "support-6"];

    /// <summary>The tasks that there were at first, in their order. What must not change when tasks are added reads these.</summary>
    internal static IReadOnlyList<ReferenceTask> First { get; } =
    [
        .. MessageTasks.All, .. EnquiryTasks.All, .. ReviewTasks.All, .. FormatTasks.All, .. LogicTasks.All, .. TrackingTasks.All,
    ];

    /// <summary>The 24 tasks that a calibration's fit is over.</summary>
    public static IReadOnlyList<ReferenceTask> Fitted { get; } =
    [
        .. First.Where(t => !LearningRateTasks.Contains(t.Name)), .. WorkplaceTasks.All, .. ReasoningTasks.All,
    ];

    /// <summary>Twelve tasks that no fit may ever see: forecasts are proved on them. They share no template with the fitted ones.</summary>
    public static IReadOnlyList<ReferenceTask> Outside { get; } =
    [
        .. PairTasks.All, .. RecordTasks.All, .. SchoolTasks.All, .. NumberTasks.All, .. ConversationTasks.All,
    ];

    public static IReadOnlyList<ReferenceTask> All { get; } =
        [.. Fitted, .. First.Where(t => LearningRateTasks.Contains(t.Name)), .. Outside];

    /// <exception cref="ArgumentException">No task has this name; the message lists those there are.</exception>
    public static ReferenceTask Find(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new ArgumentException($"There is no reference task '{name}'. There are: {string.Join(", ", All.Select(t => t.Name))}.",
            nameof(name));
}
