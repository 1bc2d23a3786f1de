using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>What a mapped row must meet to come into a given project: its answer is known, its text is new. Counts as it goes.</summary>
/// <param name="labels">Rows of earlier tries that brought a label.</param>
internal sealed class RowChecks(ColumnMapping mapping, AnswerSet answers, KnownTexts known, int labels = 0)
{
    public ColumnMapping Mapping => mapping;

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
        var (texts, label, fault) = Answers(row);
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
        if (mapping.Use != AnswerUse.Labels) return (new PoolRow(row, texts, null, null), fault);
        if (texts.Count > 0) Labels++;
        return (new PoolRow(row, [], texts.Count > 0 ? texts[0] : null, label), fault);
    }

    private (IReadOnlyList<string> Texts, Label? Label, RowFault? Fault) Answers(MappedRow row)
    {
        if (row.Answers.Count == 0 || answers.IsOpen) return (row.Answers, null, null);
        var found = row.Answers.Select(answers.Find).OfType<Label>().Distinct().ToList();
        if (mapping.Use == AnswerUse.Labels && found.Count > 1)
            return ([], null, new(RowFault.SeveralAnswers, ImportingWords.SeveralAnswers(found.Count), mapping.Answer));
        if (found.Count > 0) return ([.. found.Select(l => l.AnswerText)], found[0], null);
        return ([], null, new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: mapping.Use, answer: Short(row.Answers[0])),
            mapping.Answer));
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
