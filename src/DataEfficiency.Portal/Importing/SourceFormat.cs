namespace DataEfficiency.Portal.Importing;

public enum FileKind { Delimited, JsonLines, JsonArray, Xlsx }

/// <summary>How a file is to be read: what sniffing found, or what the person chose instead.</summary>
/// <param name="Encoding">A name that <see cref="System.Text.Encoding.GetEncoding(string)"/> knows; unused for workbooks.</param>
/// <param name="Delimiter">Of delimited files; '\0': a line is one field.</param>
/// <param name="HasHeader">The first row names the columns (delimited files and workbooks).</param>
/// <param name="Sheet">Of workbooks; null: the first one.</param>
public sealed record SourceFormat(FileKind Kind, string Encoding = "utf-8", char Delimiter = ',', bool HasHeader = true, string? Sheet = null)
{
    /// <summary>In words, for the preview.</summary>
    public string Describe() => Kind switch
    {
        FileKind.Xlsx => Sheet is null ? "Excel workbook" : $"Excel workbook, sheet {Sheet}",
        FileKind.JsonLines => $"JSON lines, {Encoding.ToUpperInvariant()}",
        FileKind.JsonArray => $"JSON array, {Encoding.ToUpperInvariant()}",
        _ => Delimiter switch { ',' => "CSV with commas", ';' => "CSV with semicolons", '\t' => "TSV", '\0' => "one text per line", _ => $"separated by {Delimiter}" }
            + $", {Encoding.ToUpperInvariant()}",
    };
}

/// <summary>The file cannot be read at all. The message says what, where and what to do.</summary>
public sealed class ImportException(string message) : Exception(message);
