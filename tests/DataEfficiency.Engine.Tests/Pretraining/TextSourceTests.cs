
using DataEfficiency.Engine.Pretraining;

namespace DataEfficiency.Engine.Tests.Pretraining;

public sealed class TextSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("text-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_KindAndPath_ReadsBoth() => Assert.Equal(new TextSource("novel", _folder), TextSource.Parse($"novel={_folder}"));

    [Fact]
    public void Parse_NothingThere_NamesThePath() =>
        Assert.Contains("no-such-text", Assert.Throws<FileNotFoundException>(() => TextSource.Parse("no-such-text")).Message);

    [Fact]
    public void Read_Folder_TakesTextHtmlAndGzipAndPassesOverTheRest()
    {
        var sentence = string.Concat(Enumerable.Repeat("The quick fox jumps over the lazy dog. ", 8));
        File.WriteAllText(Path.Combine(_folder, "b.txt"), sentence);
        File.WriteAllText(Path.Combine(_folder, "a.html"),
            $"<html><head><title>no</title></head><body><script>var no = 1;</script><p>A &amp; B</p><p>{sentence}</p></body></html>");
        File.WriteAllText(Path.Combine(_folder, "c.bin"), sentence);
        File.WriteAllText(Path.Combine(_folder, "short.txt"), "Too short.");
        using (
            var gzip = new System.IO.Compression.GZipStream(File.Create(Path.Combine(_folder, "d.txt.gz")),
            System.IO.Compression.CompressionMode.Compress)) gzip.Write(System.Text.Encoding.UTF8.GetBytes(sentence));
        var documents = new TextSource("kind", _folder).Read().ToList();
        Assert.Equal(["a.html", "b.txt", "d.txt.gz"], documents.Select(d => Path.GetFileName(d.Path)));
        Assert.StartsWith("A & B\nThe quick", documents[0].Text);
        Assert.DoesNotContain("no", documents[0].Text);
        Assert.All(documents, d => Assert.Equal("kind", d.Kind));
    }

    [Fact]
    public void Glosses_WordNetLines_GiveWordAndMeaning() =>
        Assert.Equal("physical entity: an entity that has physical existence\n",
            TextSource.Glosses(
                ["  1 This software is licensed | so",
                "00001930 03 n 01 physical_entity 0 001 @ 00001740 n 0000 | an entity that has physical existence  "]));

    [Fact]
    public void Tidy_WrappedParagraph_BecomesOneLine() =>
        Assert.Equal("one two, three\nFour", TextSource.Tidy("one\ntwo,\r\n  three\n\n\nFour "));
}
