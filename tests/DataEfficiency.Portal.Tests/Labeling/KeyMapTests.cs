using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Labeling;

public sealed class KeyMapTests : IDisposable
{
    private readonly LabelingWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("flag", "f", null)]
    [InlineData("flag", "Ctrl+Shift+u", null)]
    [InlineData("label-3", "Shift+3", "label 13")]
    [InlineData("flag", ".", "“note”")]
    [InlineData("flag", "Ctrl+c", "belongs to the browser")]
    [InlineData("flag", "Tab", "belongs to the browser")]
    [InlineData("flag", "Alt+f", "cannot be used")]
    [InlineData("flag", "", "cannot be used")]
    [InlineData("jump", "j", "“jump”")]
    public void Change_OfOneKey_IsRefusedWhereTheKeyIsNotFree(string action, string key, string? says)
    {
        var fault = KeyMap.FaultOf(Changed(action, key));

        if (says is null) Assert.Null(fault);
        else Assert.Contains(says, fault);
    }

    [Fact]
    public void Swap_OfTwoKeysAtOnce_IsNoConflict() =>
        Assert.Null(KeyMap.FaultOf(new KeySettings(true, new Dictionary<string,
        IReadOnlyList<string>> { ["flag"] = ["."], ["note"] = [","] })));

    [Fact]
    public async Task Saved_FollowsThePerson_AndIsGoneAfterAReset()
    {
        await _world.AddPoolAsync(1);
        var ada = await _world.AddAnnotatorAsync("ada");
        var store = _world.Services.GetRequiredService<KeyStore>();

        using (var reply = await ada.Client.PutAsJsonAsync("/api/v1/keys", Changed("flag", "f") with { Bare = false }))
            Assert.Equal("f", (await reply.Content.ReadFromJsonAsync<KeyAction[]>(LabelingWorld.Json))!.Single(a => a.Name == "flag").Keys
                .Single());
        var kept = await store.ReadAsync(ada.UserId);
        Assert.False(kept.Bare);
        Assert.Equal(["flag"], kept.Changed.Keys);

        using (await ada.Client.PutAsJsonAsync("/api/v1/keys", new { bare = true })) { }
        Assert.Empty((await store.ReadAsync(ada.UserId)).Changed);
    }

    [Fact]
    public async Task LetterOfALabel_InAProjectOfThePerson_IsRefused()
    {
        await _world.AddPoolAsync(1);
        var (ada, ben) = (await _world.AddAnnotatorAsync("ada"), await _world.AddPersonAsync("ben"));
        await using (var db = await _world.OpenDbAsync())
            await db.Labels.Where(l => l.Id == _world.LabelIds[1]).ExecuteUpdateAsync(l => l.SetProperty(x => x.Key, "f"));

        using var refused = await ada.Client.PutAsJsonAsync("/api/v1/keys", Changed("flag", "f"));
        using var taken = await (await _world.WithTokenAsync(ben.Id)).PutAsJsonAsync("/api/v1/keys", Changed("flag", "f"));

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (refused.StatusCode, taken.StatusCode));
        Assert.Contains("“label 1” in the project “Bank enquiries”",
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("a", "b", null)]
    [InlineData("a", "A", "Two answers have the key 'a'")]
    [InlineData("3", null, "reserved")]
    [InlineData(",", null, "reserved")]
    public void LabelKeys_DuplicateOrReserved_AreRefused(string first, string? second, string? says)
    {
        var form = new ProjectForm { Answers = [new() { Name = "x", AnswerText = "x", Key = first },
            new() { Name = "y", AnswerText = "y", Key = second }, new() { Name = "z", AnswerText = "z" }] };

        var fault = form.Validate(false).GetValueOrDefault("Answers");

        if (says is null) Assert.Null(fault);
        else Assert.Contains(says, fault);
    }

    private static KeySettings Changed(string action, string key) => new(true, new Dictionary<string,
        IReadOnlyList<string>> { [action] = [key] });
}
