using System.Net;
using System.Text.Json;
using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.Tests.Importing;
using DataEfficiency.Portal.Tests.Webhooks;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataEfficiency.Portal.Tests.Export;

public sealed class ExportTests
{
    private static readonly string[] Tricky = ["=1+1", "+49 30", "-1", "@name", "001", "1/2", "'x", "TRUE", "\u0001 bell", "two\nlines",
        "  blanks  ", "emoji 👋🏽", "2026-01-02", "1e5"];

    [Fact]
    public async Task Workbook_FormulaLikeAndControlTexts_ComeBackAsTheTextTheyWere()
    {
        await using var pool = await PoolFixture.StartAsync("=SUM(A1)", "refund");
        var began = DateTime.UtcNow.AddSeconds(-1);
        await ImportTrickyAsync(pool);

        var file = await DownloadAsync(pool, "xlsx");
        using var book = new XLWorkbook(new MemoryStream(file));

        var labels = book.Worksheet("Labels");
        Assert.Equal(["Summary", "Labels", "Forecast history", "Annotators", "Agreement", "Checks", "Track record",
            "Reviews", "Notes and skips"],
            book.Worksheets.Select(s => s.Name));
        var rows = labels.RowsUsed().Skip(1).ToList();
        Assert.Equal(Tricky.Length + 1, rows.Count);
        for (var i = 0; i < Tricky.Length; i++)
        {
            Assert.Equal(Tricky[i], rows[i].Cell(3).GetString());
            Assert.Equal(XLDataType.Text, rows[i].Cell(3).DataType);
            Assert.Equal("=SUM(A1)", rows[i].Cell(4).GetString());
        }
        Assert.All(book.Worksheets.SelectMany(s => s.CellsUsed()), c => Assert.False(c.HasFormula, c.Address.ToString()));
        Assert.Equal(ExcelText.Longest, rows[^1].Cell(3).GetString().Length);
        Assert.EndsWith("[cut]", rows[^1].Cell(3).GetString());
        Assert.InRange(rows[0].Cell(7).GetDateTime(), began, DateTime.UtcNow);
        Assert.Equal(Tricky.Length + 1, book.Worksheet("Annotators").Cell(2, 2).GetDouble());
    }

    [Theory]
    [InlineData("_x0041_ is literal", "_x005F_x0041_ is literal")]
    [InlineData("\u0001\r", "_x0001__x000D_")]
    [InlineData("plain\ttab\nline", "plain\ttab\nline")]
    public void Encode_ControlCharactersAndWhatLooksEscaped_FollowTheStandard(string text, string encoded) =>
        Assert.Equal(encoded, ExcelText.Encode(text));

    [Theory]
    [InlineData("en-US", "Forecast history")]
    [InlineData("de-DE", "Prognoseverlauf")]
    [InlineData("ja-JP", "予測の履歴")]
    public async Task Workbook_WithForecasts_IsValidAndHasANativeChart(string language, string history)
    {
        await using var pool = await PoolFixture.StartAsync("=SUM(A1)", "refund");
        pool.Lead.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        await ImportTrickyAsync(pool);
        await StoreOnlyTheseEstimatesAsync(pool, 5);

        var file = await DownloadAsync(pool, "xlsx");
        using var document = SpreadsheetDocument.Open(new MemoryStream(file), false);

        Assert.Empty(new OpenXmlValidator(FileFormatVersions.Office2013).Validate(document)
            .Select(e => $"{e.Path?.XPath}: {e.Description}"));
        // a file has the same numbers whatever the reader's decimal sign
        using var workbook = new XLWorkbook(new MemoryStream(file));
        Assert.Equal(5, workbook.Worksheet(history).CellsUsed(c => c.DataType == XLDataType.Number && c.GetDouble() == .1)
            .Count());
        var chart = Assert.Single(document.WorkbookPart!.WorksheetParts, p => p.DrawingsPart is not null).DrawingsPart!.ChartParts.Single();
        Assert.Equal(3, chart.ChartSpace.Descendants<DocumentFormat.OpenXml.Drawing.Charts.LineChartSeries>().Count());
        Assert.Contains("$B$2:$B$6", chart.ChartSpace.InnerText);
    }

    [Fact]
    public async Task Workbook_SaysHowEachForecastWasMade_AndWhatOtherMethodsSay()
    {
        await using var pool = await PoolFixture.StartAsync("=SUM(A1)", "refund");
        await ImportTrickyAsync(pool);
        await StoreOnlyTheseEstimatesAsync(pool, 2, MadeUpForecast.Estimate(32) with
        {
            AreaError = .088, OtherMethods = [new(OtherMethod.Curve, 489, null, .59), new(OtherMethod.Probe, null, MethodGap.NoFit)],
        });

        using var book = new XLWorkbook(new MemoryStream(await DownloadAsync(pool, "xlsx")));

        var row = book.Worksheet("Forecast history").Row(3);
        Assert.Equal(("CoS-Low", 24, .088, "other tasks alone (weak)"), (row.Cell(15).GetString(), row.Cell(16).GetDouble(),
            row.Cell(17).GetDouble(), row.Cell(18).GetString()));
        var summary = book.Worksheet("Summary").RowsUsed().ToLookup(r => r.Cell(1).GetString().Trim(), r => r.Cell(2));
        Assert.Equal(489, summary["Curves without a first signal"].Single().GetDouble());
        Assert.Equal("needs the model’s own calibration", summary["Probe alone"].Single().GetString());
        Assert.Equal("other tasks alone (weak)", summary["That probability rests on"].Single().GetString());
    }

    [Fact]
    public async Task Workbook_ThousandsOfLabels_IsStreamedAndValid()
    {
        await using var pool = await PoolFixture.StartAsync();
        Assert.Equal(6_000, (await pool.ImportAsync(PoolFixture.Rows(6_000), "labels.csv", AnswerUse.Labels)).Added);

        var file = await DownloadAsync(pool, "xlsx");

        using var reader = new XlsxReader(new MemoryStream(file), new SourceFormat(FileKind.Xlsx, Sheet: "Labels"));
        var rows = reader.Rows().ToList();
        Assert.Equal(6_000, rows.Count);
        Assert.Equal(("2", "card arrival"), (rows[0].Field(0), rows[1].Field(3)));
        using var document = SpreadsheetDocument.Open(new MemoryStream(file), false);
        Assert.Empty(new OpenXmlValidator().Validate(document).Select(e => e.Description));
    }

    [Fact]
    public async Task Lines_ForFineTuning_AreOneObjectPerLabelledItem()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.Portal.ListenAsync(pool.ProjectId);
        await pool.ImportAsync("id,text,label\nx1,\"a \"\"quote\"\" — ü\",refund\nx2,unlabelled,\n", "a.csv", AnswerUse.Labels);

        var lines = System.Text.Encoding.UTF8.GetString(await DownloadAsync(pool, "jsonl"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var json = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal(["system", "user", "assistant"], json.GetProperty("messages").EnumerateArray()
            .Select(m => m.GetProperty("role").GetString()));
        Assert.Equal("Which intent?\n\nAnswer with one of: refund; card arrival",
            json.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(("a \"quote\" — ü", "refund", "x1", "imported", "single"),
            (json.GetProperty("text").GetString(), json.GetProperty("answer").GetString(), json.GetProperty("id").GetString(),
            json.GetProperty("stratum").GetString(), json.GetProperty("final").GetProperty("by").GetString()));
        var told = (await pool.Portal.ToldAsync(pool.ProjectId)).Single(t => t.Event == "export.done").Data;
        Assert.Equal(("export.jsonl", 1, pool.LeadId), (told.GetProperty("export").GetString(), told.GetProperty("labels").GetInt32(),
            told.GetProperty("by").GetString()));
    }

    [Fact]
    public async Task Backup_WhileRunning_OpensAsAnInstallation()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text,label\none,refund\ntwo,refund\n", "a.csv", AnswerUse.Labels);
        var archive = await pool.Lead.GetByteArrayAsync("/api/v1/backup");

        await using var restored = new PortalFactory();
        System.IO.Compression.ZipFile.ExtractToDirectory(new MemoryStream(archive), restored.DataFolder);
        using var browser = await restored.SignedInAsync("lead@example.org");
        var page = await browser.GetAsync($"/projects/{pool.ProjectId}/settings");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Bank enquiries", await page.Content.ReadAsStringAsync());
        await using var db = await restored.OpenDbAsync();
        Assert.Equal(2, db.Answers.Count());
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(restored.DataFolder, "keys")));
    }

    [Fact]
    public async Task Exports_ForOthers_AreRefused()
    {
        await using var pool = await PoolFixture.StartAsync();
        var person = await pool.Portal.AddPersonAsync("mia@example.org", GlobalRoles.Lead);
        var stranger = await pool.Portal.WithTokenAsync(person.Id);

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/projects/{pool.ProjectId}/export.xlsx")).StatusCode);
        await pool.Portal.AddMemberAsync(pool.ProjectId, person.Id, ProjectRole.Annotator);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync($"/api/v1/projects/{pool.ProjectId}/export.jsonl")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync("/api/v1/backup")).StatusCode);
    }

    private static async Task ImportTrickyAsync(PoolFixture pool)
    {
        var texts = Tricky.Append(new string('y', 40_000));
        var import = await pool.ImportAsync(string.Join('\n', texts
            .Select(t => JsonSerializer.Serialize(new { text = t, label = "=SUM(A1)" }))), "a.jsonl", AnswerUse.Labels);
        Assert.Equal(Tricky.Length + 1, import.Added);
    }

    // The import rang the engine thread, and its ranking rings again: estimates of its own, early or late, would stand beside the test's.
    private static async Task StoreOnlyTheseEstimatesAsync(PoolFixture pool, int count, Estimate? estimate = null)
    {
        await pool.Portal.Services.GetServices<IHostedService>().OfType<EstimateWorker>().Single().StopAsync(CancellationToken.None);
        await pool.Portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            await db.Estimates.ExecuteDeleteAsync(token);
            db.Estimates.AddRange(Enumerable.Range(0, count).Select(i => new StoredEstimate
            {
                ProjectId = pool.ProjectId, LabelVersion = i, LabelCount = 16 + i, FirstCount = 16 + i, Model = "=m", CosLow = .1,
                    PReach = .5,
                Median = 1000 - i, Low80 = 100, High80 = 3000, CreatedAt = 1,
                Payload = estimate is null ? null : EstimatePayload.Write(estimate),
            }));
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
    }

    private static async Task<byte[]> DownloadAsync(PoolFixture pool, string kind)
    {
        var answer = await pool.Lead.GetAsync($"/api/v1/projects/{pool.ProjectId}/export.{kind}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"Bank-enquiries.{kind}", answer.Content.Headers.ContentDisposition!.FileName);
        return await answer.Content.ReadAsByteArrayAsync();
    }
}
