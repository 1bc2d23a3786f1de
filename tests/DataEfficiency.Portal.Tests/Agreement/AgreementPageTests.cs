using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClosedXML.Excel;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Agreement;

/// <summary>Answers of several people as rows, to the book, the page, the API and the workbook that show how much they agree.</summary>
public sealed class AgreementPageTests : IAsyncLifetime
{
    private const string Lead = "lead";

    private readonly PortalFactory _portal = new();
    private readonly Dictionary<string, string> _people = [];
    private int _project;
    private IReadOnlyList<int> _labels = [];
    private List<long> _items = [];

    public async Task InitializeAsync()
    {
        (_project, _labels) = await _portal.AddLabelPoolAsync(12, 0, true, TaskType.SingleChoice, ["label A", "label B", "label C"]);
        await _portal.AddMemberAsync(_project, (await _portal.AddPersonAsync(Lead)).Id, ProjectRole.Lead);
        foreach (var name in new[] { "ada", "bob", "cy" })
        {
            _people[name] = (await _portal.AddPersonAsync(name)).Id;
            await _portal.AddMemberAsync(_project, _people[name], ProjectRole.Annotator);
        }
        await using var db = await _portal.OpenDbAsync();
        _items = await db.Items.Where(i => i.ProjectId == _project).OrderBy(i => i.Id).Select(i => i.Id).ToListAsync();
    }

    public async Task DisposeAsync() => await _portal.DisposeAsync();

    [Fact]
    public async Task Book_OfRows_TakesSurplusAndLeavesOutWhatPeopleDidNotAnswerInTheirOwnRight()
    {
        // the vector of ten items
        for (var i = 0; i < 10; i++)
        {
            await AnswerAsync(i, "ada", "AAAABBBBCC"[i]);
            await AnswerAsync(i, "bob", "AAABBBBCCA"[i], a => a.Surplus = i % 2 == 0);
            await AnswerAsync(i, "bob", 'C', a => a.Current = false);
            await AnswerAsync(i, "cy", 'C', a => a.Role = AnswerRole.Review);
        }
        // alone on its item; imported; and of an item that is taken out, or gold
        await AnswerAsync(10, "ada", 'A');
        await AnswerAsync(10, "cy", 'B', a => a.Role = AnswerRole.Import);
        foreach (var name in new[] { "ada", "bob" }) await AnswerAsync(11, name, name == "ada" ? 'A' : 'B');
        await SetItemAsync(11, i => i.Deleted = true);
        var book = _portal.Services.GetRequiredService<AgreementBook>();

        var found = (await book.OfAsync(_project, CancellationToken.None))!;

        Assert.Equal((10, 20, .554688), (found.Items, found.Answers, Math.Round(found.Overall!.Value, 6)));
        Assert.Null(found.Interval);
        var pair = Assert.Single(found.Pairs);
        Assert.Equal((10, .53125, .7), (pair.Items, Math.Round(pair.Value!.Value, 6), pair.Same));
        Assert.Equal(new[] { _people["ada"], _people["bob"] }.Order(StringComparer.Ordinal), [pair.A, pair.B]);
        await SetItemAsync(11, i => (i.Deleted, i.Split) = (false, ItemSplit.Gold));
        await AdvanceAsync();
        Assert.Equal(10, (await book.OfAsync(_project, CancellationToken.None))!.Items);
    }

    [Fact]
    public async Task Book_AskedAgain_ReadsRowsForANewVersionAlone()
    {
        foreach (var name in new[] { "ada", "bob" }) await AnswerAsync(0, name, 'A');
        var book = _portal.Services.GetRequiredService<AgreementBook>();
        var first = await book.OfAsync(_project, CancellationToken.None);

        foreach (var name in new[] { "ada", "bob" }) await AnswerAsync(1, name, 'B', advance: false);
        Assert.Same(first, await book.OfAsync(_project, CancellationToken.None));
        await AdvanceAsync();
        // a page that follows every answer is given what is half a minute old
        Assert.Same(first, await book.OfAsync(_project, AgreementBook.LiveAge, CancellationToken.None));
        Assert.Equal((2, 1d), await book.OfAsync(_project, CancellationToken.None) is { } next ? (next.Items, next.Overall) : default);
        Assert.Null(await book.OfAsync(_project + 1, CancellationToken.None));
    }

    [Fact]
    public async Task Agreement_OfThreePeople_IsOnThePageInTheApiAndInTheWorkbook()
    {
        for (var i = 0; i < 10; i++)
        {
            await AnswerAsync(i, "ada", "AAAABBBBCC"[i]);
            await AnswerAsync(i, "bob", "AAABBBBCCA"[i]);
            if (i < 2) await AnswerAsync(i, "cy", 'A', a => a.SchemaVersion = 2);
        }
        using var lead = await _portal.SignedInAsync(Lead);

        var page = MadeUpForecast.Plain(WebUtility.HtmlDecode(await lead.GetStringAsync($"/projects/{_project}/annotators")));
        Assert.Contains("Krippendorff’s alpha: 0.59", page);
        Assert.Contains("Too early to say whether that is enough.", page);
        Assert.Contains("10 items with answers of two or more people, 22 answers", page);
        Assert.Contains("No interval yet: it takes 30 items.", page);
        Assert.Contains("ada and bob: 0.53 on 10 items, the same answer on 70 %", page);
        Assert.Contains("By version of the answer set", page);
        var budget = MadeUpForecast.Plain(WebUtility.HtmlDecode(await lead.GetStringAsync($"/projects/{_project}")));
        Assert.Contains("Agreement: 0.59 on 10 items", budget);

        var reply = await lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{_project}/agreement");
        Assert.Equal(("alpha", 10, 22), (reply.GetProperty("measure").GetString(), reply.GetProperty("items").GetInt32(),
            reply.GetProperty("answers").GetInt32()));
        Assert.Equal(JsonValueKind.Null, reply.GetProperty("interval").ValueKind);
        Assert.Equal(["ada", "bob", "cy"],
            reply.GetProperty("people").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Order());
        Assert.Equal(3, reply.GetProperty("pairs").GetArrayLength());
        var bob = reply.GetProperty("people").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "bob");
        Assert.Equal((10, JsonValueKind.Null), (bob.GetProperty("items").GetInt32(), bob.GetProperty("interval").ValueKind));
        Assert.Contains("Krippendorff’s alpha with all others, on 10 items that they answered too", page);
        Assert.Equal([1, 1, 1], reply.GetProperty("disagreements").EnumerateArray().Select(d => d.GetProperty("times").GetInt32()));

        using var book = new XLWorkbook(await lead.GetStreamAsync($"/api/v1/projects/{_project}/export.xlsx"));
        var rows = book.Worksheet("Agreement").RowsUsed().Skip(1).ToList();
        Assert.Equal(("Krippendorff’s alpha", 10),
            (rows[0].Cell(1).GetString(), rows[0].Cell(4).GetDouble()));
        Assert.Equal(reply.GetProperty("overall").GetDouble(), rows[0].Cell(5).GetDouble(), 9);
        var pair = rows.Single(r => r.Cell(1).GetString() == "Two people" && r.Cell(4).GetDouble() == 10);
        Assert.Equal(.53125, pair.Cell(5).GetDouble(), 6);
        Assert.Equal(bob.GetProperty("value").GetDouble(), rows.Single(r => r.Cell(1).GetString() == "One person with the others"
            && r.Cell(2).GetString() == "bob").Cell(5).GetDouble(), 9);
        // both of the pair with the third say A alone: undefined, and no number
        Assert.Equal(2, rows.Count(r => r.Cell(1).GetString() == "Two people" && r.Cell(5).IsEmpty()));
    }

    [Fact]
    public async Task Page_WhereNobodyAnsweredTheSame_SaysWhereToAskForIt()
    {
        using var lead = await _portal.SignedInAsync(Lead);

        var page = WebUtility.HtmlDecode(await lead.GetStringAsync($"/projects/{_project}/annotators"));

        Assert.Contains("no item was answered by two people", page);
        Assert.DoesNotContain("Agreement:", await lead.GetStringAsync($"/projects/{_project}"));
    }

    [Fact]
    public async Task Book_OfSeveralLabels_ComparesTheAnswersParts()
    {
        await _portal.Services.GetRequiredService<WriteQueue>().WriteAsync((db, token) => db.Projects.Where(p => p.Id == _project)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.TaskType, TaskType.MultiLabel), token), CancellationToken.None);
        // the first and the second agree but for one label, then in another order, then on none
        foreach (var (item, person, labels) in new[] { (0, "ada", "A"), (0, "bob", "AB"), (1, "ada", "BC"), (1, "bob", "CB"),
            (2, "ada", ""), (2, "bob", "") })
            await AnswerAsync(item, person, 'A', a =>
            {
                a.LabelId = null;
                a.AnswerJson = JsonSerializer.Serialize(new { labels = labels.Select(l => _labels[l - 'A']) });
                foreach (var label in labels) a.Parts.Add(new() { ItemId = a.ItemId, LabelId = _labels[label - 'A'] });
            });

        var found = (await _portal.Services.GetRequiredService<AgreementBook>().OfAsync(_project, CancellationToken.None))!;

        Assert.Equal(((.5 + 1 + 1) / 3, 2 / 3.0), (found.Jaccard!.Value, Assert.Single(found.Pairs).Same));
        Assert.Equal([(_labels[0], 1d), (_labels[1], .4444), (_labels[2], 1d)],
            found.Labels.OrderBy(l => l.Label).Select(l => (l.Label, Math.Round(l.Value!.Value, 4))));
    }

    [Fact]
    public async Task Gold_FromTenAnswersOn_HasAShareWithItsInterval_AndWarnsUnderSeventyPercent()
    {
        for (var i = 0; i < 12; i++) await SetItemAsync(i, x => (x.Split, x.Gold) = (ItemSplit.Gold, "answer A"));
        for (var i = 0; i < 10; i++)
        {
            await AnswerAsync(i, "ada", i < 9 ? 'A' : 'B', a => (a.Role, a.Stratum) = (AnswerRole.Gold, Stratum.Gold));
            await AnswerAsync(i, "bob", i < 6 ? 'A' : 'B', a => (a.Role, a.Stratum) = (AnswerRole.Gold, Stratum.Gold));
            if (i < 9) await AnswerAsync(i, "cy", 'A', a => (a.Role, a.Stratum) = (AnswerRole.Gold, Stratum.Gold));
        }
        // answered before it was gold, and taken back: not what the gold queue served
        await AnswerAsync(10, "ada", 'B');
        await AnswerAsync(11, "ada", 'B', a => (a.Role, a.Current) = (AnswerRole.Gold, false));
        using var lead = await _portal.SignedInAsync(Lead);

        var page = MadeUpForecast.Plain(WebUtility.HtmlDecode(await lead.GetStringAsync($"/projects/{_project}/annotators")));

        Assert.Contains("90 % (60 – 98 %)", page);
        Assert.Contains("60 % (31 – 83 %)", page);
        Assert.Contains("9 of 10", page);
        Assert.Equal(2, page.Split("under 70 %").Length);
        var reply = await lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{_project}/agreement");
        var bob = reply.GetProperty("people").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "bob").GetProperty("gold");
        Assert.Equal((10, 6, .3127), (bob.GetProperty("answers").GetInt32(), bob.GetProperty("right").GetInt32(),
            Math.Round(bob.GetProperty("interval").GetProperty("low").GetDouble(), 4)));
        using var book = new XLWorkbook(await lead.GetStreamAsync($"/api/v1/projects/{_project}/export.xlsx"));
        Assert.Equal([.9, .6, 1], book.Worksheet("Agreement").RowsUsed().Where(r => r.Cell(1).GetString() == "Right on gold items")
            .Select(r => r.Cell(5).GetDouble()));
    }

    private Task AnswerAsync(int item, string person, char label, Action<Answer>? change = null, bool advance = true) =>
        _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var answer = new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = _project, ItemId = _items[item], UserId = _people[person],
                LabelId = _labels[label - 'A'], AnswerText = $"answer {label}", Stratum = Stratum.Random, LabelVersion = 1,
            };
            change?.Invoke(answer);
            db.Answers.Add(answer);
            await db.SaveChangesAsync(token);
            if (advance) await LabelVersions.AdvanceAsync(db, _project, token);
        }, CancellationToken.None);

    private Task AdvanceAsync() => _portal.Services.GetRequiredService<WriteQueue>()
        .WriteAsync((db, token) => LabelVersions.AdvanceAsync(db, _project, token), CancellationToken.None);

    private Task SetItemAsync(int item, Action<Item> change) =>
        _portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        change(await db.Items.SingleAsync(i => i.Id == _items[item], token));
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);
}
