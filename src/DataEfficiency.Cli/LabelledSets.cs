// `--labelled`, `--instruction`, `--answers`: sets that people have labelled, as tasks of a calibration. The n-th of each belongs together.
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Cli;

public sealed class LabelledSets
{
    private readonly Option<string[]> _files = new("--labelled")
    {
        Description = $"A labelled set: JSON lines or a JSON array of at least {LabelledTask.Fewest} objects with \"text\" and "
            + "\"ground_truth\". It is a task of the calibration, named as its file. May be given again.",
    };
    private readonly Option<string[]> _instructions = new("--instruction")
    {
        Description = "The task instruction that goes before each \"text\" of a labelled set: one for each set, in their order.",
    };
    private readonly Option<string[]> _answers = new("--answers")
    {
        Description = "The answer set of a labelled set, in the order of the prompt, as \"yes; no\": one for each set, in their order; "
            + "empty for free answers. Default: free answers.",
    };

    public IEnumerable<Option> All => [_files, _instructions, _answers];

    /// <exception cref="ArgumentException">Not one instruction for each set, or a set that makes no task.</exception>
    public IReadOnlyList<LabelledTask> Of(ParseResult arguments)
    {
        string[] files = arguments.GetValue(_files) ?? [], instructions = arguments.GetValue(_instructions) ?? [],
            answers = arguments.GetValue(_answers) ?? [];
        if (instructions.Length != files.Length)
            throw new ArgumentException($"There are {files.Length} labelled sets and {instructions.Length} instructions: give "
                + "--instruction once for each --labelled.");
        if (answers.Length > 0 && answers.Length != files.Length)
            throw new ArgumentException($"There are {files.Length} labelled sets and {answers.Length} answer sets: give --answers once for "
                + "each --labelled, empty for free answers.");
        return [.. files.Select((file, i) => Read(file, instructions[i], answers.Length > 0 ? Split(answers[i]) : []))];
    }

    private static LabelledTask Read(string path, string instruction, string[] answers)
    {
        var file = PoolFile.Read(path, instruction, answers: true);
        if (file.Task is null)
            throw new InvalidDataException($"{path}, line 1: a calibration needs \"text\", found \"input_text\" (a full prompt).");
        return new(Path.GetFileNameWithoutExtension(path), file.Task with { Answers = answers.Length > 0 ? answers : null },
            [.. file.Texts.Zip(file.Answers, (text, answer) => new Example(text, answer))]);
    }

    private static string[] Split(string answers) =>
        answers.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
