using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using DataEfficiency.Portal.Tests.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

/// <summary>Settings and answer set by the API, as a program and a page change them beside each other.</summary>
public sealed class SettingsEndpointsTests : IAsyncLifetime
{
    private readonly LabelingWorld _world = new();
    private HttpClient _lead = null!;
    private string _tag = "", _leadId = "";

    public async Task InitializeAsync()
    {
        await _world.AddPoolAsync(4);
        await _world.SetProjectAsync(p => (p.Instruction, p.Model) = ("Which label?", "fake"));
        var person = await _world.AddPersonAsync("lead");
        await _world.AddMemberAsync(_world.ProjectId, person.Id, ProjectRole.Lead);
        _leadId = person.Id;
        _lead = await _world.WithTokenAsync(person.Id);
        await _world.ListenAsync(_world.ProjectId);
    }

    /// <summary>Its answer set is version 1, as of every project that was made on its page.</summary>
    private async Task KeepAnswerSetAsync() => await SaveAsync(await ReadAsync(), HttpStatusCode.NoContent);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private string Path => $"/api/v1/projects/{_world.ProjectId}/settings";

    private async Task<JsonNode> ReadAsync()
    {
        using var reply = await _lead.GetAsync(Path);
        _tag = reply.Headers.ETag!.Tag;
        return JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
    }

    private async Task<JsonNode?> SaveAsync(JsonNode settings, HttpStatusCode status, string query = "", string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Path + query) { Content = JsonContent.Create(settings) };
        if ((tag ?? _tag) is { Length: > 0 } match) request.Headers.TryAddWithoutValidation("If-Match", match);
        using var reply = await _lead.SendAsync(request);
        var text = await reply.Content.ReadAsStringAsync();
        Assert.True(status == reply.StatusCode, $"{reply.StatusCode} {text}");
        if (reply.Headers.ETag is { } now) _tag = now.Tag;
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    [Fact]
    public async Task Settings_ReadChangedAndSaved_AreThere_AndAnOldTagIs412()
    {
        var settings = await ReadAsync();
        var old = _tag;
        settings["name"] = "Renamed";

        Assert.Equal("tag-needed", (await SaveAsync(settings, HttpStatusCode.PreconditionRequired, tag: ""))!["code"]!.GetValue<string>());
        await SaveAsync(settings, HttpStatusCode.NoContent);
        Assert.NotEqual(old, _tag);
        settings["name"] = "Renamed by another";
        var problem = await SaveAsync(settings, HttpStatusCode.PreconditionFailed, tag: old);

        Assert.Equal("outdated", problem!["code"]!.GetValue<string>());
        var tag = _tag;
        Assert.Equal("Renamed", (await ReadAsync())["name"]!.GetValue<string>());
        Assert.Equal(tag, _tag);
    }

    [Fact]
    public async Task Form_ReadBeforeAnotherSaved_IsNotSavedOverIt()
    {
        var projects = _world.Services.GetRequiredService<ProjectService>();
        var (_, form, _) = (await projects.FindAsync(_world.ProjectId))!.Value;
        var read = form.Tag;
        form.Name = "From the page";
        var settings = await ReadAsync();
        settings["name"] = "From a program";
        await SaveAsync(settings, HttpStatusCode.NoContent);

        var refused = await projects.SaveAsync(_world.ProjectId, form, _leadId, null, read);

        Assert.True(refused!.Outdated);
        Assert.Equal("From a program", (await ReadAsync())["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("maximumBudget", "3", "bad-settings")]
    [InlineData("name", "\"\"", "bad-settings")]
    [InlineData("name", "null", "bad-json")]
    [InlineData("answers", "[null]", "bad-json")]
    [InlineData("answers", "[{\"id\":4711,\"name\":\"a\",\"answerText\":\"a\"},{\"id\":0,\"name\":\"b\",\"answerText\":\"b\"}]",
        "bad-settings")]
    [InlineData("taskType", "\"Spans\"", "bad-settings")]
    [InlineData("model", "\"../../etc\"", "bad-settings")]
    [InlineData("deletedAt", "1", "bad-json")]
    [InlineData("agreementLeast", "\"NaN\"", "bad-settings"), InlineData("zeroShot", "\"Infinity\"", "bad-settings")]
    [InlineData("zeroShot", "\"NaN\"", "bad-settings"), InlineData("target", "99", "bad-json")]
    [InlineData("checkTraining", "-1", "bad-json"), InlineData("name", "\"\\u202E\\u0000\"", "bad-settings")]
    // of a kind that answers with labels: stored and sent all the same
    [InlineData("answerPattern", "long", "bad-settings"), InlineData("completions", "long", "bad-settings")]
    public async Task Settings_ThatCannotBe_AreRefusedWhole(string field, string value, string code)
    {
        var settings = await ReadAsync();
        settings[field] = value == "long" ? new string('x', 3000) : JsonNode.Parse(value);

        var problem = await SaveAsync(settings, HttpStatusCode.BadRequest);

        Assert.Equal(code, problem!["code"]!.GetValue<string>());
        var tag = _tag;
        await ReadAsync();
        Assert.Equal(tag, _tag);
    }

    [Fact]
    public async Task Label_MergedByTheApi_IsCountedFirst_ThenCountsAsTheOther_AndComesBack()
    {
        var ada = await _world.AddAnnotatorAsync("ada");
        var item = (await ada.NextAsync()).Cards[0].ItemId;
        await ada.SubmitAsync(ada.Answer(item, 0));
        var settings = await ReadAsync();
        var label = settings["answers"]![0]!;
        settings["answers"]!.AsArray().RemoveAt(0);
        settings["retired"]!.AsArray().Add(new JsonObject { ["label"] = label, ["fate"] = "Merge", ["into"] = "answer 1" });

        var count = (await SaveAsync(settings, HttpStatusCode.OK, "?countOnly=true"))!["labels"]!.AsArray();
        Assert.Equal((_world.LabelIds[0], 1, 1, "merged", "answer 1"), (count[0]!["id"]!.GetValue<int>(),
            count[0]!["answers"]!.GetValue<int>(), count[0]!["items"]!.GetValue<int>(), count[0]!["becomes"]!.GetValue<string>(),
            count[0]!["into"]!.GetValue<string>()));
        Assert.Single(count);
        // the model would read other answers
        Assert.Equal("ask-first", (await SaveAsync(settings, HttpStatusCode.Conflict))!["code"]!.GetValue<string>());
        await SaveAsync(settings, HttpStatusCode.NoContent, "?rankAgain=true");
        await using (var db = await _world.OpenDbAsync())
            Assert.Equal((true, _world.LabelIds[1]), await db.Labels.Where(l => l.Id == _world.LabelIds[0])
                .Select(l => ValueTuple.Create(l.Retired, l.MergedIntoId!.Value)).SingleAsync());

        settings = await ReadAsync();
        var retired = settings["retired"]!.AsArray();
        settings["answers"]!.AsArray().Insert(0, retired[0]!["label"]!.DeepClone());
        retired.RemoveAt(0);
        await SaveAsync(settings, HttpStatusCode.NoContent, "?rankAgain=true");

        await using (var db = await _world.OpenDbAsync())
            Assert.Equal((4, 0), (await db.Labels.CountAsync(l => !l.Retired), await db.Labels.CountAsync(l => l.MergedIntoId != null)));
        Assert.Equal(2, (await _world.ToldAsync(_world.ProjectId)).Count(t => t.Event == "schema.changed"
            && t.Data.GetProperty("by").GetString() is not null));
    }

    [Fact]
    public async Task Label_RetiredAndAskedAgainByTheApi_ComesFirst_AfterAStopNotAtAll_AndComesBack()
    {
        await KeepAnswerSetAsync();
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var item = await AnswerNextAsync(ada, 0);
        var other = await AnswerNextAsync(ada, 1);
        var settings = await ReadAsync();
        var label = settings["answers"]![0]!;
        settings["answers"]!.AsArray().RemoveAt(0);
        settings["retired"]!.AsArray().Add(new JsonObject { ["label"] = label, ["fate"] = "AskAgain" });

        Assert.Equal([$"{_world.LabelIds[0]} 1 1 askedAgain"], await CountAsync(settings));
        Assert.Equal(2, await LabelledAsync());
        await SaveAndFitAsync(settings, "?rankAgain=true");

        Assert.Equal("AskAgain", (await ReadAsync())["retired"]![0]!["fate"]!.GetValue<string>());
        Assert.Equal((1, 1), (await LabelledAsync(), await LabelledAsync($"&label={_world.LabelIds[1]}")));
        // whoever stops has let go of it
        await _world.SetProjectAsync(p => p.State = ProjectState.Stopped);
        Assert.Equal(("stopped", 0), ((await ben.NextAsync()).End!.Code, await OpenAsync(ben)));
        Assert.Empty((await ada.NextAsync()).Cards);
        await _world.SetProjectAsync(p => p.State = ProjectState.Active);

        var back = await ReadAsync();
        back["answers"]!.AsArray().Insert(0, back["retired"]![0]!["label"]!.DeepClone());
        back["retired"]!.AsArray().Clear();
        await SaveAndFitAsync(back, "?rankAgain=true");
        Assert.Equal((2, 1), (await LabelledAsync(), await LabelledAsync($"&label={_world.LabelIds[0]}")));
        Assert.DoesNotContain((await ben.NextAsync()).Cards, c => c.ItemId == item || c.ItemId == other);

        // while only reviews go on it is answered all the same
        await SaveAndFitAsync(settings, "?rankAgain=true");
        await _world.SetProjectAsync(p => p.NothingNew = true);
        var cy = await _world.AddAnnotatorAsync("cy");
        Assert.Equal(item, Assert.Single((await cy.NextAsync(3)).Cards).ItemId);
        Assert.Equal("bad-answer", Assert.Single((await cy.SubmitAsync(cy.Answer(item, 0))).Refused).Code);
    }

    [Fact]
    public async Task Label_OfferedOnAndAskedAgainByTheApi_IsChosenAnew_ByWhoeverComes()
    {
        await KeepAnswerSetAsync();
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddAnnotatorAsync("ben"));
        var item = await AnswerNextAsync(ada, 0);
        await AnswerNextAsync(ada, 1);
        var settings = await ReadAsync();
        settings["answers"]![0]!["askAgain"] = true;

        Assert.Equal([$"{_world.LabelIds[0]} 1 1 askedAgain"], await CountAsync(settings));
        // the model reads what it read: nothing is ranked anew
        await SaveAndFitAsync(settings);

        Assert.Equal((1, 0), (await LabelledAsync(), await LabelledAsync($"&label={_world.LabelIds[0]}")));
        Assert.Equal(item, (await ben.NextAsync()).Cards[0].ItemId);
        Assert.Equal(Kept.Stored, Assert.Single((await ben.SubmitAsync(ben.Answer(item, 0))).Acknowledged).Kept);
        Assert.Equal((2, 1), (await LabelledAsync(), await LabelledAsync($"&label={_world.LabelIds[0]}")));
        // what is asked again is asked once
        Assert.NotEqual(item, (await ada.NextAsync()).Cards[0].ItemId);
    }

    [Fact]
    public async Task Label_RetiredByTheApi_KeepsWhatWasAnswered_AndIsOfferedNoMore()
    {
        await KeepAnswerSetAsync();
        var ada = await _world.AddAnnotatorAsync("ada");
        await AnswerNextAsync(ada, 0);
        var settings = await ReadAsync();
        settings["answers"]!.AsArray().RemoveAt(0);

        Assert.Equal([$"{_world.LabelIds[0]} 1 1 kept"], await CountAsync(settings));
        await SaveAndFitAsync(settings, "?rankAgain=true");

        Assert.Equal((1, 1), (await LabelledAsync(), await LabelledAsync($"&label={_world.LabelIds[0]}")));
        var retired = Assert.Single((await ReadAsync())["retired"]!.AsArray())!;
        Assert.Equal((_world.LabelIds[0], "Keep"), (retired["label"]!["id"]!.GetValue<int>(), retired["fate"]!.GetValue<string>()));
        var next = (await ada.NextAsync()).Cards[0].ItemId;
        Assert.Equal("bad-answer", Assert.Single((await ada.SubmitAsync(ada.Answer(next, 0))).Refused).Code);
        await SaveAsync(await WithUnknownMergeAsync(), HttpStatusCode.BadRequest);
    }

    // into a label that is not there
    private async Task<JsonNode> WithUnknownMergeAsync()
    {
        var settings = await ReadAsync();
        (settings["retired"]![0]!["fate"], settings["retired"]![0]!["into"]) = ("Merge", "nowhere");
        return settings;
    }

    private static async Task<long> AnswerNextAsync(Annotator person, int label)
    {
        var item = (await person.NextAsync()).Cards[0].ItemId;
        await person.SubmitAsync(person.Answer(item, label));
        return item;
    }

    private async Task<IEnumerable<string>> CountAsync(JsonNode settings) =>
        (await SaveAsync(settings, HttpStatusCode.OK, "?countOnly=true"))!["labels"]!.AsArray()
            .Select(l => $"{l!["id"]} {l["answers"]} {l["items"]} {l["becomes"]}");

    private async Task SaveAndFitAsync(JsonNode settings, string query = "")
    {
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        await SaveAsync(settings, HttpStatusCode.NoContent, query);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        using var patience = new CancellationTokenSource(Patience.Long);
        await using var db = await _world.OpenDbAsync();
        while (await db.Jobs.AnyAsync(j => j.Kind == JobKind.AnswerSet && j.State <= WorkState.Running, patience.Token))
            await Task.Delay(20, patience.Token);
    }

    private async Task<int> LabelledAsync(string also = "") => (await _lead.GetFromJsonAsync<JsonNode>(
        $"/api/v1/projects/{_world.ProjectId}/items?status=labelled{also}"))!["count"]!.GetValue<int>();

    private static async Task<int> OpenAsync(Annotator person) =>
        (await person.Client.GetFromJsonAsync<JsonNode>("/api/v1/work"))![0]!["open"]!.GetValue<int>();
}
