using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace DataEfficiency.Engine.Tests.Hub;

/// <summary>A Hugging Face hub on this machine with one repository: the listing with sizes and hashes, and its files with
/// ranges. It can be made to misbehave.</summary>
public sealed class LocalHub : IAsyncDisposable
{
    public const string Model = "org/tiny";
    private readonly WebApplication _app;

    public LocalHub(IReadOnlyDictionary<string, byte[]>? files = null)
    {
        Files = new(files ?? new Dictionary<string, byte[]>());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        _app.StartAsync().GetAwaiter().GetResult();
        Address = new(_app.Urls.Single());
    }

    /// <summary>The bundled model as a repository.</summary>
    public static Dictionary<string, byte[]> BundledModel() => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "BundledModel"))
        .Where(f => Path.GetFileName(f) is not ("README.md" or "calibration.json" or "outside.json"))
        .ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);

    public Uri Address { get; }

    public Dictionary<string, byte[]> Files { get; }

    public string Revision { get; init; } = "main";

    /// <summary>Path and query, Range and Authorization, in the order of the requests.</summary>
    public ConcurrentQueue<(string Path, string Range, string Authorization)> Requests { get; } = [];

    public IEnumerable<string> Fetched => Requests.Where(r => r.Path.Contains("/resolve/")).Select(r => r.Path.Split('/')[^1]);

    /// <summary>A connection is cut after so many bytes of a body; null: never.</summary>
    public int? CutAfter { get; set; }

    public bool IgnoreRange { get; set; }

    /// <summary>Answers instead of the hub where it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>The listing's JSON, changed before it is sent.</summary>
    public Func<string, string> Listing { get; set; } = json => json;

    /// <summary>Entries of a page of the listing.</summary>
    public int PageSize { get; set; } = 1000;

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue(
            (path + context.Request.QueryString, context.Request.Headers.Range.ToString(),
            context.Request.Headers.Authorization.ToString()));
        if (Instead is { } instead && await instead(context)) return;
        if (path == $"/api/models/{Model}/tree/{Revision}") await ListAsync(context);
        else if (path.StartsWith($"/{Model}/resolve/{Revision}/", StringComparison.Ordinal)
            && Files.TryGetValue(path[$"/{Model}/resolve/{Revision}/".Length..], out var bytes)) await SendAsync(context, bytes);
        else context.Response.StatusCode = 404;
    }

    private async Task ListAsync(HttpContext context)
    {
        var from = int.Parse(context.Request.Query["cursor"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        var page = Files.Skip(from).Take(PageSize).Select(f => Entry(f.Key, f.Value));
        if (from + PageSize < Files.Count)
            context.Response.Headers.Link =
                $"<{Address.AbsoluteUri.TrimEnd('/')}{context.Request.Path}?recursive=true&cursor={from + PageSize}>; rel=\"next\"";
        await context.Response.WriteAsync(Listing($"[{string.Join(",", page)}]"));
    }

    // Weights lie in large-file storage under their SHA-256, the rest in git under the blob's SHA-1; sub-folders are entries of their own.
    private static string Entry(string path, byte[] bytes)
    {
        if (Path.GetExtension(path) is ".safetensors" or ".bin")
            return $$"""
                {"type":"file","oid":"{{new string('0', 40)}}","size":{{bytes.Length}},"path":"{{path}}",
                 "lfs":{"oid":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}","pointerSize":134,"size":{{bytes.Length}} } }
                """;
        var blob = SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]);
        return $$"""
            {"type":"file","oid":"{{Convert.ToHexStringLower(blob)}}","size":{{bytes.Length}},"path":"{{path}}"},
            {"type":"directory","oid":"0","size":0,"path":"folder"}
            """;
    }

    public async Task SendAsync(HttpContext context, byte[] bytes)
    {
        var from = 0;
        if (!IgnoreRange && context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } begin)
        {
            if (begin >= bytes.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }
            from = (int)begin;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }
        context.Response.ContentLength = bytes.Length - from;
        var sent = Math.Min(CutAfter ?? int.MaxValue, bytes.Length - from);
        await context.Response.Body.WriteAsync(bytes.AsMemory(from, sent));
        // Fewer bytes than announced: Kestrel closes the connection, and what was sent arrives (an abort could take it along).
        await context.Response.Body.FlushAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
