using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>An answer that fits the project's task.</summary>
public sealed record ReadAnswer(string Json, int? LabelId, string Text);

/// <summary>What an answer can be. There is one of these for each kind of task, and nothing else asks which kind a project has.</summary>
public interface ITaskKind
{
    TaskType Type { get; }

    /// <summary>What /api/v1 calls it, and the name of its editor's script.</summary>
    string Editor { get; }

    /// <summary>Shown where a project is made.</summary>
    string Title { get; }

    /// <summary>A sentence under <see cref="Title"/>.</summary>
    string Explanation { get; }

    /// <summary>Answers are labels of the project's answer set; else people write them.</summary>
    bool HasLabels { get; }

    /// <summary>The kind in words, for files and heads of pages.</summary>
    /// <param name="labels">How many labels are in use.</param>
    string Describe(int labels);

    /// <summary>Reads what an editor or a program sends; what does not fit is told in words a person can act on.</summary>
    /// <param name="labels">All labels of the project, retired ones too.</param>
    /// <param name="limit">The portal's own limit of characters.</param>
    (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, JsonElement answer, int limit);

    /// <summary>Why an answer does not fit the project's own rule. Asked outside of any transaction: a hostile pattern takes its whole
    /// time.</summary>
    Said? Mismatch(Project project, JsonElement answer);

    /// <summary>The model's own words as an answer that can be offered, or null where they are none.</summary>
    JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string modelAnswer);

    /// <summary>The answers that the model's prompt names; null: it may write anything.</summary>
    /// <param name="labels">All labels of the project.</param>
    IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels);

    /// <summary>Two answers are the same where these are equal.</summary>
    string Sameness(int? labelId, string text);

    /// <summary>The parts of an answer that can be counted, filtered and compared one by one.</summary>
    IEnumerable<AnswerPart> Parts(Answer answer);
}
