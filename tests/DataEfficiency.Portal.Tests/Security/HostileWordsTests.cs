using System.Net;
using System.Text;
using ClosedXML.Excel;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>Section 17, XSS, unsafe files and formulas: markup in every field, through every page and every file that leaves the house.
/// Whether anything runs in a real browser: HostileWordsTests of the browser's tests.</summary>
public sealed class HostileWordsTests(HostilePortal portal) : IClassFixture<HostilePortal>
{

    [Fact]
    public async Task Page_OfWordsThatAreMarkup_HasThemAsTextOnly()
    {
        var lead = await portal.SignedInAsync(HostileWords.Lead);
        var (pages, shown) = (new StringBuilder(), $"/projects/{portal.ProjectId}");
        foreach (var path in new[]
        {
            "/", "/people", "/account", "/audit", "/models", "/track-record", "/projects/new", shown, $"{shown}/items", $"{shown}/label",
            $"{shown}/annotators", $"{shown}/review", $"{shown}/settings", $"{shown}/audit",
        })
        {
            var answer = await lead.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
            var html = await answer.Content.ReadAsStringAsync();
            foreach (var markup in new[] { "<img src=x", "<img src onerror", "<svg/onload", "<iframe", "<script>", "<math",
                "href=\"javascript:", "</title></style>" })
                Assert.False(html.Contains(markup, StringComparison.OrdinalIgnoreCase), $"{path} has {markup}");
            pages.Append(WebUtility.HtmlDecode(html));
        }
        // each was there to be shown
        foreach (var field in new[] { "project", "person", "token", "webhook", "file", "label", "guideline", "instruction", "after" })
            Assert.True(pages.ToString().Contains($"pwned('{field}')"), $"{field} is on none of the pages");
    }

    [Fact]
    public async Task File_OfWordsThatAreMarkup_IsDownloadedAndNeverShown()
    {
        var lead = await portal.SignedInAsync(HostileWords.Lead);
        await using var db = await portal.OpenDbAsync();
        var (project, import) = (await db.Projects.SingleAsync(), await db.Imports.SingleAsync());
        var at = $"/api/v1/projects/{portal.ProjectId}";
        var formats = FormatKinds.All.Where(f => f.Holds(project)).Select(f => $"{at}/export/{f.Name}").ToList();
        Assert.True(formats.Count >= 7);
        foreach (var path in (string[])[.. formats, $"{at}/export.xlsx", $"{at}/export.jsonl", $"{at}/imports/{import.Id}/errors.csv",
            "/api/v1/backup"])
        {
            using var answer = await lead.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
            Assert.Equal((path, "attachment", "nosniff"), (path, answer.Content.Headers.ContentDisposition?.DispositionType,
                Assert.Single(answer.Headers.GetValues("X-Content-Type-Options"))));
            Assert.DoesNotContain("html", answer.Content.Headers.ContentType!.MediaType);
            Assert.DoesNotContain(answer.Content.Headers.ContentDisposition!.FileName!, c => "<>/\\'\r\n".Contains(c));
        }
        foreach (var path in new[] { "items", "views", "webhooks", "members", "audit", "reviews", "agreement" })
            Assert.Contains("json", (await lead.GetAsync($"{at}/{path}")).Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task WorkbookAndCsv_OfWordsThatAreFormulas_ComputeNothing()
    {
        var lead = await portal.SignedInAsync(HostileWords.Lead);

        using var book = new XLWorkbook(await lead.GetStreamAsync($"/api/v1/projects/{portal.ProjectId}/export.xlsx"));
        var csv = await lead.GetStringAsync($"/api/v1/projects/{portal.ProjectId}/export/csv");

        var cells = book.Worksheets.SelectMany(s => s.CellsUsed()).ToList();
        Assert.Empty(cells.Where(c => c.HasFormula).Select(c => c.Address.ToString()));
        // as a label, as a name and as a note
        Assert.Equal(["Agreement", "Annotators", "Labels", "Notes and skips"], cells.Where(c => c.DataType == XLDataType.Text
            && c.GetString().Contains(HostileWords.Formula)).Select(c => c.Worksheet.Name).Distinct().Order());
        Assert.Contains("'" + HostileWords.Formula, csv);
        Assert.DoesNotMatch("(^|,)\"?[=+@\t\r-]", csv);
    }

    [Theory]
    [InlineData("page.html", "<html><body><script>pwned('file')</script></body></html>")]
    [InlineData("picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"pwned('file')\"/>")]
    [InlineData("..%2F..%2Fwwwroot%2Fpage.html", "text\n<script>pwned('file')</script>\n")]
    [InlineData("%5C%5Chost%5Cshare%5Ca.csv", "text\nhello there\n")]
    [InlineData("%2Fetc%2Fpasswd", "text\nhello there\n")]
    [InlineData("C%3A%5Cautoexec.bat", "text\nhello there\n")]
    public async Task Upload_UnderAnyName_IsStoredUnderOneOfOurOwn_AndCanNotBeFetched(string name, string content)
    {
        var lead = await portal.SignedInAsync(HostileWords.Lead);
        await PortalFactory.AddAntiforgeryAsync(lead);

        using var answer = await lead.PostAsync($"/api/v1/projects/{portal.ProjectId}/uploads?fileName={name}", new StringContent(content));

        Assert.Contains("json", answer.Content.Headers.ContentType!.MediaType);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(portal.DataFolder, "uploads")))
        {
            Assert.True(Guid.TryParse(Path.GetFileNameWithoutExtension(file), out _), file);
            foreach (var path in new[] { $"/uploads/{Path.GetFileName(file)}", $"/data/uploads/{Path.GetFileName(file)}" })
                Assert.Equal(HttpStatusCode.NotFound, (await lead.GetAsync(path)).StatusCode);
        }
        Assert.False(File.Exists(Path.Combine(portal.DataFolder, "..", "..", "wwwroot", "page.html")));
    }
}

public sealed class HostilePortal : PortalFactory, IAsyncLifetime
{
    public int ProjectId { get; private set; }

    public async Task InitializeAsync() => ProjectId = await this.AddHostileProjectAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
}
