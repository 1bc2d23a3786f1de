using System.Net;
using System.Text;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Hub;
using DataEfficiency.Prompts;
using Microsoft.AspNetCore.Http;

namespace DataEfficiency.Engine.Tests.Hub;

public sealed class HubDownloadTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hub-").FullName;
    private static readonly IReadOnlyDictionary<string, byte[]> Repository = LocalHub.BundledModel();

    private string Folder => Path.Combine(_root, "tiny");

    private string Growing => Path.Combine(_root, ".pull-org--tiny");

    private static LocalHub Hub() => new(Repository);

    private Task<string> PullAsync(LocalHub hub, string? token = null, int retries = 3, IProgress<PullProgress>? progress = null,
        CancellationToken cancel = default, string model = LocalHub.Model) =>
        new HubDownload(
            new() { Endpoint = hub.Address, Token = token, Retries = retries, RetryDelay = TimeSpan.Zero,
            Silence = TimeSpan.FromSeconds(20) }).PullAsync(HubModel.Parse(model), _root, progress, cancel);

    private async Task<string> RefusedAsync(LocalHub hub, string? token = null, int retries = 3)
    {
        var error = await Assert.ThrowsAnyAsync<ModelException>(() => PullAsync(hub, token, retries));
        Assert.False(Directory.Exists(Folder), "a model that is not complete has taken its name");
        return error.Message;
    }

    private void IsComplete()
    {
        foreach (var (name, bytes) in Repository) Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(Folder, name)));
        Assert.Null(ModelFolder.Inspect(Folder).Problem);
        Assert.False(Directory.Exists(Growing));
    }

    [Fact]
    public async Task Pull_Repository_OnlyWhatAModelNeeds()
    {
        await using var hub = Hub();
        foreach (
            var other in new[] { "pytorch_model.bin", "README.md", "original/consolidated.safetensors", "model-fp32.safetensors",
            "onnx/config.json" }) hub.Files[other] = [1, 2, 3];
        var told = new Told();
        Assert.Equal(Folder, await PullAsync(hub, progress: told));
        IsComplete();
        Assert.Equal(Repository.Keys.Order(), Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
        Assert.Equal(told.Last.Total, told.Last.Done);
        Assert.Equal(Repository.Values.Sum(f => f.Length), told.Last.Total);
    }

    [Fact]
    public async Task Pull_ListingInPagesAndAnotherRevision_FollowsBoth()
    {
        await using var hub = new LocalHub(Repository) { Revision = "v1.0", PageSize = 2 };
        await PullAsync(hub, model: $"{LocalHub.Model}@v1.0");
        IsComplete();
        Assert.All(hub.Requests, r => Assert.Contains("/v1.0", r.Path));
    }

    [Fact]
    public async Task Pull_WeightsInSeveralFiles_ThoseOfTheIndex()
    {
        await using var hub = Hub();
        hub.Files.Remove("model.safetensors", out var weights);
        hub.Files["model-00001-of-00001.safetensors"] = weights!;
        hub.Files["consolidated.safetensors"] = weights!;
        hub.Files[WeightFiles.IndexName] =
            """{"weight_map":{"model.embed_tokens.weight":"model-00001-of-00001.safetensors"}}"""u8.ToArray();
        await PullAsync(hub);
        Assert.Null(ModelFolder.Inspect(Folder).Problem);
        Assert.DoesNotContain("consolidated.safetensors", hub.Fetched);
    }

    [Fact]
    public async Task Pull_ConnectionsCut_GoesOnBehindWhatIsThere()
    {
        await using var hub = Hub();
        hub.CutAfter = 200_000;
        await PullAsync(hub, retries: 1);
        IsComplete();
        var ranges = hub.Requests.Where(r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal)).Select(r => r.Range).ToList();
        Assert.Equal([.. Enumerable.Range(0, ranges.Count).Select(i => i == 0 ? "" : $"bytes={i * 200_000}-")], ranges);
        Assert.True(ranges.Count > 3, $"{ranges.Count} requests");
    }

    [Fact]
    public async Task Pull_CutAndRangeIgnored_SaysSoAndLaterBeginsAnew()
    {
        await using var hub = Hub();
        (hub.CutAfter, hub.IgnoreRange) = (200_000, true);
        Assert.Contains("it goes on where it stopped", await RefusedAsync(hub));
        Assert.InRange(hub.Requests.Count, 3, 20);
        hub.CutAfter = null;
        await PullAsync(hub);
        IsComplete();
    }

    [Fact]
    public async Task Pull_Cancelled_ResumesTheNextTime()
    {
        await using var hub = Hub();
        using var cancel = new CancellationTokenSource();
        hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("model.safetensors", StringComparison.Ordinal)) return false;
            context.Response.ContentLength = hub.Files["model.safetensors"].Length;
            await context.Response.Body.WriteAsync(hub.Files["model.safetensors"].AsMemory(0, 5000));
            await context.Response.Body.FlushAsync();
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
            }
            return true;
        };
        var atWeights = new Told(
            p => { if (p is { File: "model.safetensors" }
            && File.Exists(Directory.GetFiles(Growing, "model.safetensors.*").FirstOrDefault())) cancel.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PullAsync(hub, progress: atWeights, cancel: cancel.Token));
        Assert.False(Directory.Exists(Folder));
        Assert.DoesNotContain(Growing, ModelFolder.Find(_root));
        var part = new FileInfo(Directory.GetFiles(Growing, "model.safetensors.*.part").Single());
        await File.WriteAllBytesAsync(part.FullName, hub.Files["model.safetensors"][..4000]);

        hub.Instead = null;
        hub.Requests.Clear();
        await PullAsync(hub);
        IsComplete();
        Assert.Equal(["model.safetensors"], hub.Fetched);
        Assert.Equal("bytes=4000-", hub.Requests.Single(r => r.Path.Contains("/resolve/")).Range);
    }

    [Fact]
    public async Task Pull_PartOfAnEarlierDayIsDamaged_BeginsThatFileAnew()
    {
        await using var hub = Hub();
        hub.CutAfter = 200_000;
        hub.IgnoreRange = true;
        await RefusedAsync(hub);
        (hub.CutAfter, hub.IgnoreRange) = (null, false);
        await File.WriteAllBytesAsync(Directory.GetFiles(Growing, "*.part").Single(), new byte[700]);
        await PullAsync(hub);
        IsComplete();
    }

    [Fact]
    public async Task Pull_PartLongerThanTheFile_BeginsThatFileAnew()
    {
        await using var hub = Hub();
        (hub.CutAfter, hub.IgnoreRange) = (200_000, true);
        await RefusedAsync(hub);
        (hub.CutAfter, hub.IgnoreRange) = (null, false);
        await File.WriteAllBytesAsync(Directory.GetFiles(Growing, "*.part").Single(), new byte[20_000_000]);
        await PullAsync(hub);
        IsComplete();
    }

    [Theory]
    [InlineData("model.safetensors", "SHA-256"), InlineData("config.json", "git SHA-1")]
    public async Task Pull_WrongHash_RefusedAndRemoved(string file, string kind)
    {
        await using var hub = Hub();
        hub.Listing = json => json.Replace(file == "config.json" ? json.Split("\"oid\":\"")
            .First(p => p.Contains($"\"path\":\"{file}\""))[..40] : System.Text.RegularExpressions.Regex.Match(json, "[0-9a-f]{64}").Value,
            new string('a', file == "config.json" ? 40 : 64));
        var message = await RefusedAsync(hub);
        Assert.Contains($"{file} of org/tiny is damaged", message);
        Assert.Contains(kind, message);
        Assert.Empty(Directory.GetFiles(Growing, $"{file}*"));
    }

    [Theory]
    [InlineData(-7, "is longer than"), InlineData(7, "could not be pulled")]
    public async Task Pull_WrongSize_Refused(int more, string fault)
    {
        await using var hub = Hub();
        var size = hub.Files["model.safetensors"].Length;
        hub.Listing = json => json.Replace($"\"size\":{size}", $"\"size\":{size + more}");
        Assert.Contains(fault, await RefusedAsync(hub));
    }

    [Fact]
    public async Task Pull_RedirectedToAnotherHost_KeepsTheTokenToItself()
    {
        await using var store = Hub();
        await using var hub = Hub();
        hub.Instead = context =>
        {
            if (!context.Request.Path.Value!.EndsWith(".safetensors", StringComparison.Ordinal)) return Task.FromResult(false);
            context.Response.Redirect(new Uri(store.Address, context.Request.Path.Value).AbsoluteUri);
            return Task.FromResult(true);
        };
        await PullAsync(hub, token: "hf_secret");
        IsComplete();
        Assert.All(hub.Requests, r => Assert.Equal("Bearer hf_secret", r.Authorization));
        Assert.Equal("", Assert.Single(store.Requests).Authorization);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "not safe"), InlineData("/org/tiny/resolve/main/model.safetensors", "more than 5 times")]
    public async Task Pull_RedirectedAstray_Refused(string to, string fault)
    {
        await using var hub = Hub();
        hub.Instead = context =>
        {
            if (!context.Request.Path.Value!.EndsWith(".safetensors", StringComparison.Ordinal)) return Task.FromResult(false);
            context.Response.Redirect(to);
            return Task.FromResult(true);
        };
        Assert.Contains(fault, await RefusedAsync(hub));
    }

    [Fact]
    public async Task Pull_PrivateModel_NeedsTheToken()
    {
        await using var hub = Hub();
        hub.Instead = context =>
        {
            if (context.Request.Headers.Authorization == "Bearer hf_good") return Task.FromResult(false);
            context.Response.StatusCode = 401;
            return Task.FromResult(true);
        };
        Assert.Contains("set the environment variable HF_TOKEN", await RefusedAsync(hub));
        Assert.Contains("the token in HF_TOKEN may not read it", await RefusedAsync(hub, token: "hf_bad"));
        await PullAsync(hub, token: "hf_good");
        IsComplete();
    }

    [Theory]
    [InlineData(403, "GatedRepo", "accept its terms at")]
    [InlineData(401, "GatedRepo", "accept its terms at")]
    [InlineData(404, "RevisionNotFound", "has no revision \"main\"")]
    [InlineData(404, "", "There is no org/tiny at")]
    [InlineData(400, "", "refuses org/tiny: 400")]
    [InlineData(503, "", "answers 503")]
    public async Task Pull_Refused_SaysWhyInWords(int status, string code, string words)
    {
        await using var hub = Hub();
        hub.Instead = context =>
        {
            context.Response.StatusCode = status;
            if (code.Length > 0) context.Response.Headers["X-Error-Code"] = code;
            return Task.FromResult(true);
        };
        Assert.Contains(words, await RefusedAsync(hub));
        Assert.Equal(status == 503 ? 4 : 1, hub.Requests.Count);
    }

    [Fact]
    public async Task Pull_BusyHub_TriedAgain()
    {
        await using var hub = Hub();
        var busy = 0;
        hub.Instead = context =>
        {
            if (busy++ % 2 == 1) return Task.FromResult(false);
            context.Response.StatusCode = 429;
            return Task.FromResult(true);
        };
        await PullAsync(hub);
        IsComplete();
    }

    [Fact]
    public async Task Pull_NobodyListens_SaysSo()
    {
        var hub = Hub();
        await hub.DisposeAsync();
        Assert.Contains("cannot be reached", await RefusedAsync(hub));
    }

    [Theory]
    [InlineData("../evil.safetensors"), InlineData("/etc/cron.d/evil"), InlineData("a/../../evil.safetensors"),
        InlineData("..\\\\evil.json"), InlineData("c:evil"), InlineData("a//b"), InlineData("x\\u0000y")]
    public async Task Pull_FileNameThatLeavesTheFolder_Refused(string name)
    {
        await using var hub = Hub();
        hub.Listing = json => json.Replace("\"path\":\"folder\"", "\"path\":\"" + name + "\"");
        Assert.Contains("could leave the model's folder", await RefusedAsync(hub));
        Assert.Empty(hub.Fetched);
    }

    [Theory]
    [InlineData("../evil.safetensors", "is no plain file name"), InlineData("absent.safetensors", "no safetensors file of the repository"),
        InlineData("config.json", "no safetensors file of the repository")]
    public async Task Pull_IndexThatNamesOtherFiles_Refused(string name, string fault)
    {
        await using var hub = Hub();
        hub.Files.Remove("model.safetensors");
        hub.Files[WeightFiles.IndexName] = Encoding.UTF8.GetBytes("{\"weight_map\":{\"x\":\"" + name + "\"}}");
        Assert.Contains(fault, await RefusedAsync(hub));
    }

    [Theory]
    [InlineData("model.safetensors", "no safetensors weights"), InlineData("tokenizer.json", "has no tokenizer.json"),
        InlineData("config.json", "has no config.json")]
    public async Task Pull_RepositoryWithoutANeededFile_Refused(string missing, string fault)
    {
        await using var hub = Hub();
        hub.Files.Remove(missing);
        Assert.Contains(fault, await RefusedAsync(hub));
    }

    [Theory]
    [InlineData("{}"), InlineData("<html>"), InlineData("[1]"), InlineData("""[{"type":"file"}]"""),
        InlineData("""[{"type":"file","path":"x","size":-1,"oid":"0"}]"""),
        InlineData("""[{"type":"file","path":null,"size":1,"oid":"0"}]""")]
    public async Task Pull_ListingThatIsNone_Refused(string listing)
    {
        await using var hub = Hub();
        hub.Listing = _ => listing;
        Assert.Contains(hub.Address.Host, await RefusedAsync(hub));
    }

    [Fact]
    public async Task Pull_EndlessListing_Refused()
    {
        await using var hub = Hub();
        hub.Listing = _ => new string(' ', 40_000_000);
        Assert.Contains("more than", await RefusedAsync(hub));
    }

    [Fact]
    public async Task Pull_NotEnoughSpace_SaysHowMuchIsMissingBeforeTheWeights()
    {
        await using var hub = Hub();
        hub.Listing = json => json.Replace($"\"size\":{hub.Files["model.safetensors"].Length}", "\"size\":900000000000000");
        Assert.Contains("needs 900000.0 GB more, but only", await RefusedAsync(hub));
        Assert.DoesNotContain("model.safetensors", hub.Fetched);
    }

    [Fact]
    public async Task Pull_ArchitectureThatIsNotSupported_RefusedBeforeTheWeights()
    {
        await using var hub = Hub();
        hub.Files["config.json"] = """{"model_type":"gemma"}"""u8.ToArray();
        Assert.Contains("model_type is \"gemma\"", await RefusedAsync(hub));
        Assert.DoesNotContain("model.safetensors", hub.Fetched);
    }

    [Fact]
    public async Task Pull_FolderIsThere_LeftAlone()
    {
        await using var hub = Hub();
        Directory.CreateDirectory(Folder);
        Assert.Contains("is already there", (await Assert.ThrowsAsync<HubException>(() => PullAsync(hub))).Message);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Pull_WhileAnotherPulls_Refused()
    {
        await using var hub = Hub();
        var second = new TaskCompletionSource<string>();
        hub.Instead = async context =>
        {
            if (!second.Task.IsCompleted) second.SetResult((await Assert.ThrowsAsync<HubException>(() => PullAsync(hub))).Message);
            return false;
        };
        await PullAsync(hub);
        IsComplete();
        Assert.Contains("is being pulled already", await second.Task);
    }

    [Theory]
    [InlineData("org/name", "org", "name", "main"), InlineData(" Org-1/n.a_me@refs/pr/1 ", "Org-1", "n.a_me", "refs/pr/1")]
    public void Parse_Model_Parts(string text, string owner, string name, string revision) =>
        Assert.Equal(new HubModel(owner, name, revision), HubModel.Parse(text));

    [Theory]
    [InlineData(""), InlineData("name"), InlineData("a/b/c"), InlineData("../b"), InlineData("a/.."), InlineData("a/b@../../x"),
        InlineData("a/b@"), InlineData("a/b?x"), InlineData("a/b\n/c"), InlineData("-a/b"), InlineData("a/.b")]
    public void Parse_AnythingElse_IsNamed(string text) =>
        Assert.Contains("ORG/NAME", Assert.Throws<ArgumentException>(() => HubModel.Parse(text)).Message);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private sealed class Told(Action<PullProgress>? then = null) : IProgress<PullProgress>
    {
        public PullProgress Last { get; private set; } = new("", 0, 0);

        public void Report(PullProgress value)
        {
            Assert.True(value.Done <= value.Total || value.Total == 0, $"{value}");
            Last = value;
            then?.Invoke(value);
        }
    }
}
