// `tasks`: lists the generated reference tasks or writes examples of one of them.
using System.CommandLine;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Cli;

public sealed class TasksVerb : Verb
{
    private readonly Option<bool> list = new("--list")
    {
        Description = "List the tasks: name, number of answers, noise ceiling, instruction.",
    };
    private readonly Option<string?> write = new("--write")
    {
        Description = "Write examples of the task of this name, one JSON object a line: text, ground_truth.",
    };
    private readonly Option<int> count = new("--count") { Description = "How many examples to write.", DefaultValueFactory = _ => 1000 };
    private readonly Option<long> seed = new("--seed") { Description = "Seed of the draw.", DefaultValueFactory = _ => 1 };
    private readonly Option<TaskSplit> split = new("--split")
    {
        Description = "Train, Validation or Test: no text is in two of them.",
        DefaultValueFactory = _ => TaskSplit.Train,
    };

    public TasksVerb() : base("tasks", "List the generated reference tasks or write examples of one.")
    {
        foreach (var option in new Option[] { list, write, count, seed, split }) Add(option);
    }

    public override void Run(ParseResult arguments, Output output, CancellationToken cancel)
    {
        var name = arguments.GetValue(write);
        if (arguments.GetValue(list) == (name is not null)) throw new ArgumentException("Give either --list or --write NAME.");
        if (name is null) List(output, arguments.GetValue(Json));
        else Write(ReferenceTaskList.Find(name), arguments, output);
    }

    private static void List(Output output, bool json)
    {
        if (json)
        {
            output.Json(
                new { tasks = ReferenceTaskList.All.Select(t => new { t.Name, t.Prompt.Instruction, t.Prompt.Answers, t.Ceiling }) });
            return;
        }
        foreach (var task in ReferenceTaskList.All)
            output.Line($"{task.Name,-16} {Answers(task),-12} ceiling {task.Ceiling:0.00}  {task.Prompt.Instruction}");

        static string Answers(ReferenceTask task) =>
            task.Prompt.Answers is { } answers ? $"{answers.Count} answers" : "free answers";
    }

    private void Write(ReferenceTask task, ParseResult arguments, Output output)
    {
        var examples = arguments.GetValue(count);
        if (examples < 1) throw new ArgumentException($"--count {examples} must be at least 1.");
        var lines = task.Generate(arguments.GetValue(split), examples, arguments.GetValue(seed)).Select(
            e => new { text = e.Text, ground_truth = e.Answer });
        if (arguments.GetValue(Json)) output.Json(new { task = task.Name, task.Prompt.Instruction, task.Prompt.Answers, items = lines });
        else
            foreach (var line in lines) output.Json(line);
        output.Progress($"{examples} examples of {task.Name}. Instruction: {task.Prompt.Instruction}");
    }
}
