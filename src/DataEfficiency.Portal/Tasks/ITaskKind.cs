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

    /// <summary>What the kind means for forecast, checks and scores; shown where a project is made.</summary>
    string Forecast { get; }

    /// <summary>Answers are made of labels of the project's answer set; else people write them.</summary>
    bool HasLabels { get; }

    /// <summary>Several labels are one answer together: what a file lists is no choice of right answers.</summary>
    bool IsSet => Shape == AnswerShape.Labels;

    /// <summary>An answer set of fewer leaves nothing to say.</summary>
    int FewestLabels => 2;

    /// <summary>Labels belong to parts of the text, which may overlap where the project lets them.</summary>
    bool HasSpans => Shape == AnswerShape.Spans;

    /// <summary>A written answer can be one that the project offers while it is typed.</summary>
    bool HasCompletions => false;

    /// <summary>The kind in words, for files and heads of pages.</summary>
    /// <param name="labels">How many labels are in use.</param>
    string Describe(int labels);

    /// <summary>Reads what an editor or a program sends; what does not fit is told in words a person can act on.</summary>
    /// <param name="labels">Those that the answer names, as far as they are the project's, retired ones too.</param>
    /// <param name="text">The item's.</param>
    /// <param name="limit">The portal's own limit of characters.</param>
    (ReadAnswer? Answer, Said? Problem) Read(Project project, IReadOnlyList<Label> labels, string text, JsonElement answer, int limit);

    /// <summary>Why an answer does not fit the project's own rule. Asked outside of any transaction: a hostile pattern takes its whole
    /// time.</summary>
    Said? Mismatch(Project project, JsonElement answer);

    /// <summary>The model's own words as an answer that can be offered, or null where they are none.</summary>
    /// <param name="text">The item's.</param>
    JsonElement? Suggest(Project project, IReadOnlyList<Label> labels, string text, string modelAnswer);

    /// <summary>The answers that the model's prompt names; null: it may write anything.</summary>
    /// <param name="labels">All labels of the project.</param>
    IReadOnlyList<string>? PromptAnswers(IEnumerable<Label> labels);

    /// <summary>The project's instruction as the model reads it.</summary>
    /// <param name="labels">All labels of the project.</param>
    string PromptInstruction(Project project, IEnumerable<Label> labels) => project.Instruction;

    /// <summary>Why this cannot be a label's answer text here; null: it can.</summary>
    Said? TextFault(string answerText) => null;

    /// <summary>The answer that a file brings with an item.</summary>
    /// <param name="found">The labels that its answer column names.</param>
    /// <param name="text">What the column says, for kinds without labels.</param>
    ReadAnswer Imported(IReadOnlyList<Label> found, string text);

    /// <summary>What the model would learn now: an answer text that was reworded since counts as reworded.</summary>
    /// <param name="labels">All labels of the project.</param>
    string TextNow(Answer answer, IEnumerable<Label> labels);

    /// <summary>The same of an answer that is known by its text alone.</summary>
    /// <param name="named">The label that an answer text stands for now; null: none.</param>
    string TextNow(string answerText, Func<string, Label?> named) => answerText;

    /// <summary>The answer in people's words.</summary>
    /// <param name="labels">All labels of the project.</param>
    string Words(Answer answer, IEnumerable<Label> labels);

    /// <summary>Two answers are the same where these are equal.</summary>
    string Sameness(Answer answer, MergedLabels merged);

    /// <summary>How far a model's answer is right, 0 to 1, where an answer has parts: F1 of labels, F1 of the words that are marked. Null
    /// for kinds that have none: right or wrong is all there is to say.</summary>
    /// <param name="predicted">As the model wrote it.</param>
    /// <param name="right">As it would have learnt it.</param>
    double? F1(string predicted, string right) => null;

    /// <summary>Which measures of agreement fit.</summary>
    AnswerShape Shape => AnswerShape.Whole;

    /// <summary>The parts of an answer that can be counted, filtered and compared one by one, with the labels that were chosen.</summary>
    IEnumerable<AnswerPart> Parts(Answer answer);

    /// <summary>Members of a line of JSON that say the answer's parts one by one, with the labels' answer texts.</summary>
    /// <param name="labels">All labels of the project.</param>
    void WriteParts(Utf8JsonWriter json, Answer answer, IEnumerable<Label> labels)
    {
    }
}
