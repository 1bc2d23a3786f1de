using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace DataEfficiency.Portal.Tests;

/// <summary>A published folder is whole: another user, who has no package cache and no source, runs it.</summary>
public sealed class PublishTests
{
    private const int Nobody = 65534;

    [RootFact]
    public async Task PublishedFolder_RunByAnotherUser_ServesPagesScriptsAndHealth()
    {
        var folder = Directory.CreateTempSubdirectory("portal-published-").FullName;
        try
        {
            await RunAsync("chmod", "755", folder);
            var (program, data) = (Path.Combine(folder, "program"), Directory.CreateDirectory(Path.Combine(folder, "data")).FullName);
            // what these tests were built from, so that nothing is compiled a second time
            var configuration = AppContext.BaseDirectory.Contains("/Release/") ? "Release" : "Debug";
            await RunAsync("dotnet", "publish", Path.Combine(PortalFactory.RepositoryRoot, "src", "DataEfficiency.Portal"), "--no-build",
                "-c", configuration, "-o", program, "-nologo", "-v", "quiet");
            await RunAsync("chown", $"{Nobody}:{Nobody}", data);

            using var portal = Start("setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "dotnet",
                Path.Combine(program, "DataEfficiency.Portal.dll"), "--urls", "http://127.0.0.1:0", "--Data:Folder", data], data);
            try
            {
                var address = await AddressAsync(portal);
                using var client = new HttpClient { BaseAddress = address };
                foreach (var path in new[] { "/health", "/setup", "/css/app.css", "/_framework/blazor.web.js",
                    "/_content/MudBlazor/MudBlazor.min.css" })
                    Assert.Equal((path, HttpStatusCode.OK), (path, (await client.GetAsync(path)).StatusCode));
                Assert.Contains("\"engine\":\"Healthy\"", await client.GetStringAsync("/health"));
            }
            finally
            {
                portal.Kill(entireProcessTree: true);
                await portal.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Uri> AddressAsync(Process portal)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        var output = "";
        while (await portal.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            output += line + "\n";
            if (Regex.Match(line, "DataEfficiency is at (http://[^ ]+)") is { Success: true } match) return new Uri(match.Groups[1].Value);
        }
        throw new InvalidOperationException($"The portal did not start: {output}{await portal.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments, null);
        using var limit = new CancellationTokenSource(Patience.Long);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{program}: {await output}{await errors}");
    }

    private static Process Start(string program, IEnumerable<string> arguments, string? home)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = "/" };
        start.Environment.Remove("ASPNETCORE_URLS");
        if (home is not null) start.Environment["HOME"] = home;
        return Process.Start(start)!;
    }

    private sealed class RootFactAttribute : FactAttribute
    {
        public RootFactAttribute()
        {
            if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/usr/bin/setpriv"))
                Skip = "Only root on Linux with setpriv can start a program as another user.";
        }
    }
}
