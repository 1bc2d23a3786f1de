using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>What an existing answer column is for.</summary>
public enum AnswerUse
{
    Ignore,
    /// <summary>Kept from annotators, for evaluation: zero-shot score, checks.</summary>
    HiddenGold,
    /// <summary>The rows come in as labelled.</summary>
    Labels,
}

/// <summary>Which column is what; all others are kept as metadata. Stored with the import as JSON. Columns can be paths into JSON, as
/// "data.text".</summary>
/// <param name="KeepDuplicates">Rows with a text that is already there are added too; they are reported either way.</param>
/// <param name="AllOrNothing">One bad row and nothing is imported.</param>
/// <param name="Dropped">Columns that are not even kept as metadata.</param>
/// <param name="Template">Several columns make the text: see <see cref="TextTemplate"/>; null: <paramref name="Text"/> is the text.</param>
/// <param name="Values">What the answer column says, to the answer text of the label that is meant; null for a value without a
/// label.</param>
/// <param name="Several">All that the answer column names belongs to one answer; a text is cut at ";" and "|".</param>
/// <param name="Marked">The answer column marks parts of the text: see <see cref="SpanField"/>.</param>
/// <param name="SpansIn">The column that holds marked parts, where the file has one: the answers of projects whose answers are
/// those.</param>
/// <param name="EmptyIsAnswer">An empty list is an answer, none of the labels; else it says that nobody has answered.</param>
/// <param name="AcceptedIn">A column that must say "accept" for the row's answer to count (Prodigy).</param>
/// <param name="People">How the file says whose each answer is.</param>
/// <param name="Split">The column that says which split a row belongs to: see <see cref="DataSplits"/>.</param>
/// <param name="Shielded">Cells that a spreadsheet would take for a formula have an apostrophe in front: see <see cref="ShieldedCell"/>.
/// </param>
public sealed record ColumnMapping(SourceFormat Format, string Text, string? Id = null, string? Answer = null,
    AnswerUse Use = AnswerUse.Ignore,
    bool KeepDuplicates = false, bool AllOrNothing = false, IReadOnlyList<string>? Dropped = null, string? Template = null,
    IReadOnlyDictionary<string, string?>? Values = null, string? AcceptedIn = null,
    bool Several = false, bool Marked = false, string? SpansIn = null, bool EmptyIsAnswer = false,
    PeopleIn People = PeopleIn.Nowhere, string? Split = null, bool Shielded = false)
{
    public string ToJson() => JsonSerializer.Serialize(this, OneName.Web);

    public static ColumnMapping FromJson(string json) => JsonSerializer.Deserialize<ColumnMapping>(json, OneName.Web)
        ?? throw new ImportException(ImportingWords.ImportNoColumnMapping);

    /// <summary>A first proposal from the columns' names and what is in them.</summary>
    public static ColumnMapping Guess(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows) =>
        ColumnGuess.Of(format, columns, rows).Mapping;

    /// <summary>The same, its answers read as this kind's.</summary>
    public ColumnMapping ReadAs(ITaskKind kind) => this with { Several = kind.IsSet, Marked = kind.HasSpans };

    /// <summary>The same for a project of this kind: a file's marked parts are the answers where answers are that, and no answers
    /// elsewhere.</summary>
    public ColumnMapping For(ITaskKind kind)
    {
        var fitted = ReadAs(kind);
        if (SpansIn is null || Marked == kind.HasSpans) return fitted;
        return kind.HasSpans ? fitted with { Answer = SpansIn, Use = AnswerUse.HiddenGold }
            : Answer == SpansIn ? fitted with { Answer = null, Use = AnswerUse.Ignore } : fitted;
    }

    /// <summary>Several rows can be answers to one text.</summary>
    [JsonIgnore]
    public bool HasRowPerAnswer => People is PeopleIn.Prodigy or PeopleIn.Table && (Answer is null || PeopleField.Fits(this));

    /// <summary>The columns that make the text.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> TextColumns => Template is null ? [Text] : [.. TextTemplate.Parse(Template).Parts.Select(p => p.Column)];
}
