using System.Text.Encodings.Web;
using System.Text.Json;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Projects;

/// <summary>"Try it": a project on generated bank enquiries with hidden gold answers, imported the way any file is.</summary>
public sealed class SampleProject(ProjectService projects, UploadStore uploads, ImportService imports, ProjectModels models)
{
    private const string Task = "bank-12";
    private const int Items = 480;

    private const string Guideline = """
        These enquiries are **generated** for trying things out. Choose what the customer wants *first*.

        - A card that is gone: **lost card**. A card that has not come yet: **new card**.
        - Money that left and did not arrive: **transfer**. Money paid in: **top up**.
        - About two in a hundred of the hidden answers are wrong on purpose, as in real data.
        """;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The project's id; its import runs by then.</returns>
    public async Task<int> CreateAsync(string userId, CancellationToken cancel = default)
    {
        var task = ReferenceTaskList.Find(Task);
        // one person tries it
        var form = new ProjectForm
        {
            Name = ProjectsWords.SampleName, Instruction = ProjectsWords.SampleInstruction,
            Guideline = Guideline, Model = models.Default, Ceiling = task.Ceiling,
            Answers = [.. task.Prompt.Answers!.Select(a => new AnswerDraft { Name = a, AnswerText = a })], MaximumBudget = Items,
            PricePerLabel = .08m, OverlapPercent = 0, TestAnswers = 1, GoldPercent = 0,
        };
        using var file = new MemoryStream();
        foreach (var example in task.Generate(TaskSplit.Train, Items, seed: 1))
        {
            JsonSerializer.Serialize(file, new { text = example.Text, answer = example.Answer }, Plain);
            file.WriteByte((byte)'\n');
        }
        file.Position = 0;
        var upload = await uploads.SaveAsync(file, "bank-enquiries.jsonl", userId, cancel);
        var id = await projects.CreateAsync(form, userId, sample: true, cancel);
        await imports.StartAsync(id, upload.Id,
            new ColumnMapping(new SourceFormat(FileKind.JsonLines), "text", null, "answer", AnswerUse.HiddenGold), userId, cancel);
        return id;
    }
}
