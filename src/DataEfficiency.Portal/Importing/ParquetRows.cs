using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace DataEfficiency.Portal.Importing;

/// <summary>Rows of a Parquet file, one row group in memory at a time. What is nested becomes JSON; labels that are numbers become their
/// names where the file has them.</summary>
public sealed class ParquetRows : IRowReader
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Stream _stream;
    private readonly ParquetReader _file;
    private readonly IReadOnlyList<Field> _fields;
    private readonly ClassNames _classes;
    private double _read;

    /// <exception cref="ImportException">The file is damaged, or larger than an import may be.</exception>
    public ParquetRows(Stream stream)
    {
        ParquetFooter.Check(stream);
        _stream = stream;
        stream.Position = 0;
        _file = Wait(() => ParquetReader.CreateAsync(new EndingStream(stream), new ParquetOptions(), leaveStreamOpen: true));
        _fields = [.. _file.Schema.Fields.Take(ImportLimits.Columns)];
        Columns = [.. ColumnNames.From(_fields.Select(f => f.Name))];
        _classes = ClassNames.Of(_file.CustomMetadata?.GetValueOrDefault("huggingface"));
    }

    public IReadOnlyList<string> Columns { get; }

    public long BytesRead => (long)(_read * _stream.Length);

    public IEnumerable<SourceRow> Rows()
    {
        var number = 0;
        for (var place = 0; place < _file.RowGroupCount; place++)
        {
            using var group = _file.OpenRowGroupReader(place);
            var columns = Wait(() => ColumnsAsync(group));
            for (var row = 0L; row < group.RowCount; row++)
            {
                yield return Row(++number, columns);
                _read = (place + (row + 1.0) / group.RowCount) / _file.RowGroupCount;
            }
        }
    }

    public void Dispose()
    {
        Wait(async () =>
        {
            await _file.DisposeAsync();
            return true;
        });
        _stream.Dispose();
    }

    private async Task<List<ParquetNode?>> ColumnsAsync(ParquetRowGroupReader group)
    {
        List<ParquetNode?> columns = [];
        foreach (var field in _fields) columns.Add(await ParquetNode.OfAsync(field, group, CancellationToken.None));
        return columns;
    }

    private SourceRow Row(int number, List<ParquetNode?> columns)
    {
        var fields = new string?[columns.Count];
        RowFault? fault = null;
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = _classes.Named(Columns[i], Shown(Wait(columns[i])));
            if (fields[i] is { } value && MarkedText.FaultOf(value, Columns[i]) is { } bad) fault ??= bad;
        }
        return new SourceRow(number, fields, fault);
    }

    private static string? Shown(object? value) => value switch
    {
        null => null, string text => text, bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture), _ => JsonSerializer.Serialize(value, Plain),
    };

    private static object? Wait(ParquetNode? column)
    {
        // a column can have fewer values than the file says
        try { return column?.Read(); }
        catch (IndexOutOfRangeException e)
        {
            throw new ImportException(ImportingWords.ParquetDamaged(e.Message));
        }
    }

    // rows are read by threads that may wait, and never by one that others wait for; whatever the library runs into is the file's doing
    private static T Wait<T>(Func<Task<T>> read)
    {
        try { return Task.Run(read).GetAwaiter().GetResult(); }
        catch (Exception e) when (e is not ImportException)
        {
            throw new ImportException(ImportingWords.ParquetDamaged(e.Message));
        }
    }
}
