using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>What a mapped row must meet to come into a given project: its answer is known, its text is new. Counts as it goes.</summary>
internal sealed class RowChecks(ColumnMapping mapping, AnswerSet answers, KnownTexts known)
{
    public ColumnMapping Mapping => mapping;

    /// <summary>Rows so far that bring a label.</summary>
    public int Labels { get; private set; }

    /// <summary>The row to add, or null; and what is to be reported, which a row that is added can have too.</summary>
    public (PoolRow? Row, RowFault? Fault) Check((MappedRow? Row, RowFault? Fault) mapped, Import counts)
    {
        if (mapped.Row is not { } row)
        {
            counts.Bad++;
            return (null, mapped.Fault);
        }
        var (label, text, fault) = Answer(row);
        if (fault is not null && mapping.Use == AnswerUse.Labels)
        {
            counts.Bad++;
            return (null, fault);
        }
        if (known.LineOf(row) is { } line)
        {
            counts.Duplicates++;
            var where = line == 0 ? "an item that the project has already" : $"line {line:N0}";
            if (!mapping.KeepDuplicates) return (null, new(RowFault.Duplicate, $"The same text as {where}; not added again.", mapping.Text));
            fault ??= new(RowFault.Duplicate, $"The same text as {where}; added all the same, as asked.", mapping.Text);
        }
        if (mapping.Use != AnswerUse.Labels) return (new PoolRow(row, text, null, null), fault);
        if (text is not null) Labels++;
        return (new PoolRow(row, null, text, label), fault);
    }

    private (LabelDefinition? Label, string? Text, RowFault? Fault) Answer(MappedRow row)
    {
        if (row.Answer is null) return (null, null, null);
        if (answers.IsOpen) return (null, row.Answer, null);
        if (answers.Find(row.Answer) is { } label) return (label, label.AnswerText, null);
        var what = mapping.Use == AnswerUse.Labels ? "the row was left out" : "the item was added without it";
        return (null, null, new(RowFault.UnknownAnswer, $"'{Short(row.Answer)}' is not in the project's answer set; {what}.", mapping.Answer));
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
