using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>What a mapped row must meet to come into a given project: its answer is known, its text is new. Counts as it goes.</summary>
/// <param name="project">Whose rules an answer has to fit.</param>
/// <param name="labels">Rows of earlier tries that brought a label.</param>
internal sealed class RowChecks(ColumnMapping mapping, Project project, AnswerSet answers, KnownTexts known, int labels = 0)
{
    public ColumnMapping Mapping => mapping;

    public ITaskKind Kind => answers.Kind;

    /// <summary>Rows so far that bring a label.</summary>
    public int Labels { get; private set; } = labels;

    /// <summary>The row to add, or null; and what is to be reported, which a row that is added can have too.</summary>
    public (PoolRow? Row, RowFault? Fault) Check((MappedRow? Row, RowFault? Fault) mapped, Import counts)
    {
        if (mapped.Row is not { } row)
        {
            counts.Bad++;
            return (null, mapped.Fault);
        }
        var (gold, answer, fault) = Answers(row);
        if (fault is not null && mapping.Use == AnswerUse.Labels)
        {
            counts.Bad++;
            return (null, fault);
        }
        if (known.LineOf(row) is { } line)
        {
            counts.Duplicates++;
            if (!mapping.KeepDuplicates)
                return (null, new(RowFault.Duplicate, ImportingWords.SameTextNotAdded(line), mapping.TextColumns[0]));
            fault ??= new(RowFault.Duplicate, ImportingWords.SameTextAdded(line), mapping.TextColumns[0]);
        }
        if (mapping.Use != AnswerUse.Labels) return (new PoolRow(row, gold, null), fault);
        if (answer is not null) Labels++;
        return (new PoolRow(row, [], answer), fault);
    }

    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Answers(MappedRow row)
    {
        if (answers.Kind.IsSet && (row.SaysNone || row.Answers is [var only] && only == MultiLabel.None && answers.Find(only) is null))
            return Read(row, new { labels = Array.Empty<int>() });
        if (mapping.Marked) return Marked(row);
        if (row.Answers.Count == 0) return ([], null, null);
        if (answers.IsOpen) return (row.Answers, answers.Kind.Imported([], row.Answers[0]), null);
        var named = row.Answers.Select(value => (Value: value, Label: answers.Find(value))).ToList();
        var found = named.Select(n => n.Label).OfType<Label>().Distinct().ToList();
        if (!answers.Kind.IsSet && mapping.Use == AnswerUse.Labels && found.Count > 1)
            return ([], null, new(RowFault.SeveralAnswers, ImportingWords.SeveralAnswers(found.Count), mapping.Answer));
        // one value of several that is no label makes another set; of right answers the others stay right
        if (found.Count == 0 || answers.Kind.IsSet && named.Any(n => n.Label is null))
            return ([], null, new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: mapping.Use,
                answer: Short(named.First(n => n.Label is null).Value)), mapping.Answer));
        var answer = answers.Kind.Imported(found, row.Answers[0]);
        return (answers.Kind.IsSet ? [answer.Text] : [.. found.Select(l => l.AnswerText)], answer, null);
    }

    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Marked(MappedRow row)
    {
        if (row.Spans is null && !row.SaysNone) return ([], null, null);
        var spans = (row.Spans ?? []).Where(s => !answers.LeavesOut(s.Label))
            .Select(s => (s.Start, s.End, s.Label, Found: answers.Find(s.Label))).ToList();
        if (spans.Find(s => s.Found is null) is { Label: not null } unknown)
            return ([], null, new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: mapping.Use, answer: Short(unknown.Label)),
                mapping.Answer));
        return Read(row, new { spans = spans.Select(s => new { start = s.Start, end = s.End, label = s.Found!.Id }) });
    }

    /// <summary>As an editor would send it: the project's own rules hold for what a file brings too.</summary>
    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Read(MappedRow row, object answer)
    {
        var (read, problem) = answers.Kind.Read(project, answers.Labels, row.Text, JsonSerializer.SerializeToElement(answer),
            ImportLimits.AnswerCharacters);
        return problem is null ? ([read!.Text], read, null) : ([], null, new(RowFault.BadAnswer, problem, mapping.Answer));
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
