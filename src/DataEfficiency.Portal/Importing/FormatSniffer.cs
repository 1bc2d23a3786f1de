namespace DataEfficiency.Portal.Importing;

/// <param name="Notes">What the person should know about it, a sentence each.</param>
/// <param name="Places">Of a JSON document: where rows are, most likely first.</param>
public sealed record SniffedFormat(SourceFormat Format, IReadOnlyList<string> Notes, IReadOnlyList<JsonRows> Places);

/// <summary>What a file is. Only a proposal: the person sees it with the preview and can choose otherwise.</summary>
public static class FormatSniffer
{
    private const int Sample = 1 << 16;

    /// <exception cref="ImportException">The file is empty or of a kind that cannot be read.</exception>
    public static SourceFormat Sniff(Stream stream, string fileName) => Look(stream, fileName).Format;

    /// <exception cref="ImportException">The file is empty or of a kind that cannot be read.</exception>
    public static SniffedFormat Look(Stream stream, string fileName)
    {
        var bytes = new byte[Sample];
        stream.Position = 0;
        var head = bytes.AsSpan(0, stream.ReadAtLeast(bytes, Sample, throwOnEndOfStream: false));
        if (head.IsEmpty) throw new ImportException(ImportingWords.FileEmpty);
        var extension = Path.GetExtension(fileName).ToLowerInvariant();
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
            return new(DatasetFolder.Looks(stream) ? new SourceFormat(FileKind.Folder, HasHeader: false) : new SourceFormat(FileKind.Xlsx),
                [], []);
        // under this name it is damaged where it begins otherwise
        if (head.StartsWith("PAR1"u8) || extension == ".parquet") return new(new SourceFormat(FileKind.Parquet, HasHeader: false), [], []);
        KnownFiles.Refuse(head, stream);
        var encoding = TextEncoding.Of(stream);
        string[] notes = encoding.Note is null ? [] : [encoding.Note];
        // a sample can end inside a character: the last ones are not looked at
        var isCut = head.Length == Sample;
        var text = MarkedText.Decoding(encoding.Name).GetString(head).TrimStart('\uFEFF');
        if (isCut) text = text[..^4];
        if (text.AsSpan().Trim().IsEmpty) throw new ImportException(ImportingWords.FileHoldsNothingButBlanks);
        KnownFiles.RefuseText(text, extension);
        if (JsonShape.Of(stream, encoding.Name, extension) is { } json) return new(json.Format, notes, json.Places);
        if (JsonShape.IsNamedJson(extension)) throw new ImportException(ImportingWords.NoJson(Start(text)));
        return new(DelimitedShape.Of(text, isCut, encoding.Name, extension), notes, []);
    }

    private static string Start(string text)
    {
        var line = text.AsSpan().Trim();
        line = line.IndexOfAny('\r', '\n') is >= 0 and var end ? line[..end] : line;
        return Excerpt.Of(line.ToString());
    }
}
