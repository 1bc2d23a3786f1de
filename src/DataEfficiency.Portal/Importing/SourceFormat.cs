using System.Text.Json.Serialization;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

public enum FileKind
{
    Delimited,
    /// <summary>One JSON value a line.</summary>
    JsonLines,
    /// <summary>The elements of a JSON array: the whole file, or the one at <see cref="SourceFormat.RowsAt"/>.</summary>
    JsonArray,
    Xlsx,
    /// <summary>A label, one separator, and the rest of the line is the text.</summary>
    LabelLines,
    /// <summary>The values of a JSON object's properties, whose names are the rows' keys.</summary>
    JsonMap,
    /// <summary>JSON values one after the other, each over as many lines as it likes.</summary>
    JsonValues,
    /// <summary>A token and its tag a line, a blank line behind each item.</summary>
    Conll,
    Parquet,
    /// <summary>A zip of a Hugging Face data set's files.</summary>
    Folder,
}

/// <summary>How a file is to be read: what sniffing found, or what the person chose instead.</summary>
/// <param name="Encoding">A name that <see cref="System.Text.Encoding.GetEncoding(string)"/> knows; unused for workbooks.</param>
/// <param name="Delimiter">Of delimited files and label lines; '\0': a line is one field.</param>
/// <param name="HasHeader">The first row names the columns (delimited files, workbooks, JSON lists of lists).</param>
/// <param name="Sheet">Of workbooks; null: the first visible one.</param>
/// <param name="Quoted">Quotes enclose fields (RFC 4180); null: as usual for the separator.</param>
/// <param name="Above">Of delimited files and workbooks: how many rows stand above the table and are none of it, such as a
/// title.</param>
/// <param name="RowsAt">Of JSON documents: the property under which the rows are, as "a.b"; null: the document itself.</param>
public sealed record SourceFormat(FileKind Kind, string Encoding = "utf-8", char Delimiter = ',', bool HasHeader = true,
    string? Sheet = null,
    bool? Quoted = null, string? RowsAt = null, int Above = 0)
{
    /// <summary>Tab-separated values and plain lines know no quoting: a quote is a character like any other there.</summary>
    public bool QuotesEnclose => Quoted ?? Delimiter is not ('\t' or '\0');

    /// <summary>Its rows are lines, in an encoding.</summary>
    [JsonIgnore]
    public bool IsText => Kind is not (FileKind.Xlsx or FileKind.Parquet or FileKind.Folder);

    /// <summary>Fields can hold JSON.</summary>
    public bool IsJson => Kind is FileKind.JsonLines or FileKind.JsonArray or FileKind.JsonMap or FileKind.JsonValues or FileKind.Parquet
        or FileKind.Folder;

    /// <summary>In words, for the preview.</summary>
    public string Describe() => Kind switch
    {
        FileKind.Xlsx => ImportingWords.FormatExcel(Sheet),
        FileKind.JsonLines => ImportingWords.FormatJsonLines(ShownEncoding),
        FileKind.JsonValues => ImportingWords.FormatJsonValues(ShownEncoding),
        FileKind.JsonArray => ImportingWords.FormatJsonArray(under: RowsAt, encoding: ShownEncoding),
        FileKind.JsonMap => ImportingWords.FormatJsonMap(under: RowsAt, encoding: ShownEncoding),
        FileKind.Parquet => "Parquet",
        FileKind.Folder => ImportingWords.FormatFolder,
        FileKind.Conll => ImportingWords.FormatConll(ShownEncoding),
        FileKind.LabelLines => ImportingWords.FormatLabelLines(delimiter: DelimiterName, encoding: ShownEncoding),
        _ => ImportingWords.FormatDelimited(delimiter: DelimiterName, encoding: ShownEncoding),
    };

    private string? DelimiterName => Delimiter switch
    {
        ',' => "comma", ';' => "semicolon", '\t' => "tab", '\0' => null, ' ' => "blank", _ => $"{Delimiter}",
    };

    private string ShownEncoding => Encoding.ToUpperInvariant();
}

/// <summary>The file cannot be read at all. The sentence says what, where and what to do.</summary>
public sealed class ImportException(Said said) : Exception(said)
{
    public Said Said => said;
}
