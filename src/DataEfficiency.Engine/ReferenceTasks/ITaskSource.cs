// What a calibration measures a model on: a generated task, or a set that people have labelled.
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.ReferenceTasks;

public interface ITaskSource
{
    /// <summary>Unique within a calibration.</summary>
    string Name { get; }

    /// <summary>What finished pieces of it are kept under: another one where its examples are others.</summary>
    string Key { get; }

    /// <summary>Instruction and answer set; a null answer set means free short answers.</summary>
    TaskPrompt Prompt { get; }

    /// <summary>The best exact-match score that is possible.</summary>
    double Ceiling { get; }

    /// <summary>How many examples a split can give.</summary>
    int Most(TaskSplit split);

    /// <summary>Examples of a split, at most <see cref="Most"/>; a shorter list is a prefix of a longer one, and no text of one split is in
    /// another.</summary>
    IReadOnlyList<Example> Generate(TaskSplit split, int count, long seed);
}
