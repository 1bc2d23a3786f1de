using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

/// <summary>Why a row is refused. Codes are stable, reasons are for people.</summary>
public sealed record RowFault(string Code, Said Reason, string? Column = null)
{
    public IReadOnlyDictionary<string, object?> Arguments => Reason.PlainArguments;

    public const string BadRow = ApiCodes.BadRow, BadBytes = ApiCodes.BadBytes, TooLong = ApiCodes.TooLong,
        TooManyColumns = ApiCodes.TooManyColumns, EmptyText = ApiCodes.EmptyText, Duplicate = ApiCodes.Duplicate,
        UnknownAnswer = ApiCodes.UnknownAnswer, SeveralAnswers = ApiCodes.SeveralAnswers, BadAnswer = ApiCodes.BadAnswer,
        NoResult = ApiCodes.NoResult, CellError = ApiCodes.CellError;
}

/// <summary>One row of a file, in the order of the reader's columns; missing fields are null or beyond the end.</summary>
/// <param name="Line">The physical line the row begins on (workbooks: the row number), counted from 1.</param>
/// <param name="FieldFaults">By place: fields that cannot be used, which matters only where the column is.</param>
public sealed record SourceRow(int Line, IReadOnlyList<string?> Fields, RowFault? Fault = null, IReadOnlyDictionary<int,
    RowFault>? FieldFaults = null)
{
    public string? Field(int column) => column >= 0 && column < Fields.Count ? Fields[column] : null;

    public RowFault? FaultOf(int column) => FieldFaults?.GetValueOrDefault(column);
}

/// <summary>Streams a file's rows. Used by one thread; holds one row at a time.</summary>
public interface IRowReader : IDisposable
{
    /// <summary>Known once the first row was asked for; JSON readers append columns that appear later.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Of the file as stored, for progress.</summary>
    long BytesRead { get; }

    /// <summary>May be enumerated once.</summary>
    /// <exception cref="ImportException">The file as a whole cannot be read on.</exception>
    IEnumerable<SourceRow> Rows();
}
