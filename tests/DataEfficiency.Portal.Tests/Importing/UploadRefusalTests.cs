using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;
using static DataEfficiency.Portal.Tests.Importing.TinyWorkbook;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Files that are no table, over the route that people upload by: 400 with a sentence, nothing left behind.</summary>
public sealed class UploadRefusalTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    private static readonly byte[] Book = TinyWorkbook.Of(Row("text", "label") + Row("cold kettle", "heat")).Bytes();

    public static TheoryData<string, byte[]> NoTables() => new()
    {
        { "picture.png", [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 1, 0, 0, 0, 1, 0, 8, 6, 0, 0, 0] },
        { "setup.exe", [.. "MZ"u8, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, 0, 0, .. new byte[100]] },
        { "paper.pdf", [.. "%PDF-1.7\n%"u8, 0xE2, 0xE3, 0xCF, 0xD3, .. "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"u8] },
        { "files.zip", ZipOf(("readme.txt", "text\nhello\n")) },
        { "renamed.csv", [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8] },
        { "cut.xlsx", Book[..(Book.Length / 2)] },
        { "head.xlsx", Book[..10] },
        { "empty.xlsx", ZipOf() },
        { "no-parts.xlsx", ZipOf(("_rels/.rels", "<Relationships/>")) },
        { "garbage.xlsx", ZipOf(("xl/workbook.xml", "\u0001\u0002 no xml at all"), ("xl/_rels/workbook.xml.rels", "<<<<")) },
        { "paths.xlsx", ZipOf(("../../etc/passwd", "root"), ("/xl/workbook.xml/", "<workbook/>")) },
        { "no-sheet.xlsx", ZipOf(("xl/workbook.xml", $"<workbook {Main}><sheets/></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships/>")) },
        { "nothing.csv", [] },
    };

    [Theory]
    [MemberData(nameof(NoTables))]
    public async Task Upload_OfNoTable_Is400WithASentence(string name, byte[] content)
    {
        using var client = await portal.WithTokenAsync(portal.People["lead"].Id);

        var answer = await client.PostAsync($"/api/v1/projects/{portal.Project.Id}/uploads?fileName={name}", new ByteArrayContent(content));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString()!.Length > 15);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(portal.DataFolder, "uploads")));
    }

    [Theory]
    [InlineData("utf-7"), InlineData("no-such-encoding"), InlineData("")]
    public async Task Import_InAnEncodingThatIsNotRead_Is400WithASentence(string encoding)
    {
        using var answer = await ImportAsync(m => m["format"]!["encoding"] = encoding);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("encoding", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString());
    }

    /// <summary>Of two names the library's reader makes a third value, which no case of the import knows.</summary>
    [Fact]
    public async Task Import_WithTwoUsesInTheMapping_NamesTheField()
    {
        using var answer = await ImportAsync(m => m["use"] = "HiddenGold, Labels");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("$.mapping.use", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString());
    }

    private async Task<HttpResponseMessage> ImportAsync(Action<JsonNode> change)
    {
        using var client = await portal.WithTokenAsync(portal.People["lead"].Id);
        var uploads = $"/api/v1/projects/{portal.Project.Id}/uploads?fileName=a.csv";
        var upload = JsonNode.Parse(await (await client.PostAsync(uploads, new ByteArrayContent("text\nhello there\n"u8.ToArray())))
            .Content.ReadAsStringAsync())!;
        var mapping = upload["proposed"]!.DeepClone();
        change(mapping);
        return await client.PostAsync($"/api/v1/projects/{portal.Project.Id}/imports", new StringContent(
            new JsonObject { ["upload"] = upload["upload"]!.DeepClone(), ["mapping"] = mapping }.ToJsonString(),
            Encoding.UTF8, "application/json"));
    }

    private static byte[] ZipOf(params (string Name, string Content)[] entries)
    {
        using var file = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(file, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in entries) Write(zip, name, content);
        return file.ToArray();
    }
}
