using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task Start_PortInUse_OneLineAndExitCodeOne()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        using var data = new TemporaryFolder();

        var (code, output) = await RunAsync(
            "--urls", $"http://127.0.0.1:{((IPEndPoint)busy.LocalEndpoint).Port}", "--Data:Folder", data.Path);

        Assert.Equal(1, code);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("is in use by another process", line);
    }

    [Fact]
    public async Task Start_DataFolderInUse_OneLineAndExitCodeOne()
    {
        await using var first = new PortalFactory();
        _ = first.Services;

        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", first.DataFolder);

        Assert.Equal(1, code);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(first.DataFolder, line);
        Assert.Contains("in use by another portal", line);
    }

    [Fact]
    public async Task Start_DataFolderReadOnly_OneLineAndExitCodeOne()
    {
        // nobody, not even root, makes folders there
        if (!OperatingSystem.IsLinux()) return;
        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", "/sys/dataefficiency");

        Assert.Equal(1, code);
        Assert.Contains("The data folder /sys/dataefficiency cannot be made",
            Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Start_WrongSetting_NamesTheKey()
    {
        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", " ", "--Proxy:KnownProxies:0", "my-proxy");

        Assert.Equal(1, code);
        Assert.Contains("Data:Folder", output);
    }

    [Theory]
    [InlineData("garbage", "is damaged")]
    [InlineData("torn page", "is damaged")]
    [InlineData("cut short", "is damaged")]
    [InlineData("a folder", "is damaged or cannot be read")]
    [InlineData("another program's", "not one of DataEfficiency")]
    [InlineData("newer", "newer DataEfficiency")]
    public async Task Start_DatabaseThatCannotBeUsed_OneLineAndExitCodeOne(string kind, string said)
    {
        using var data = new TemporaryFolder(LandedDatabase.Unpack("5-text-parts"));
        var file = Path.Combine(data.Path, "app.db");
        var bytes = await File.ReadAllBytesAsync(file);
        if (kind == "garbage") await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("this is no database ", 200)));
        if (kind == "torn page") Array.Fill(bytes, (byte)0xC3, bytes.Length / 2, 4096);
        if (kind == "torn page") await File.WriteAllBytesAsync(file, bytes);
        if (kind == "cut short") await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);
        if (kind == "a folder")
        {
            File.Delete(file);
            Directory.CreateDirectory(file);
        }
        if (kind == "another program's") LandedDatabase.Run(data.Path, "DROP TABLE \"__EFMigrationsHistory\"");
        if (kind == "newer") LandedDatabase.Run(data.Path, "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later','99.0')");

        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", data.Path);

        Assert.Equal(1, code);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(said, line);
        Assert.Contains(file, line);
        Assert.False(File.Exists(file + ".before-upgrade"));
    }

    [Theory]
    [InlineData("cut off", "<key id=\"d8e9")]
    [InlineData("empty", "")]
    [InlineData("no id", "<key version=\"1\"><creationDate>2026-01-01T00:00:00Z</creationDate></key>")]
    [InlineData("torn secret", "<key id=\"80732141-ec8f-4b80-af9c-c4d2d1ff8901\" version=\"1\"><creationDate>2026-01-01T00:00:00Z"
        + "</creationDate><activationDate>2026-01-01T00:00:00Z</activationDate><expirationDate>2036-01-01T00:00:00Z</expirationDate>"
        + "<descriptor><descriptor><masterKey><value>!!</value></masterKey></descriptor></descriptor></key>")]
    public async Task Start_WithADamagedKeyFile_SaysWhichAndWhatToDoInOneLine(string kind, string content)
    {
        using var data = new TemporaryFolder();
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(data.Path, "keys")).FullName, "key-1.xml");
        await File.WriteAllTextAsync(file, content);

        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", data.Path);

        Assert.Equal((1, kind), (code, kind));
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(file, line);
        Assert.Contains("move it away", line);
        Assert.False(File.Exists(Path.Combine(data.Path, "app.db")));
    }

    [Theory]
    [InlineData("uploads/1"), InlineData("keys/key-1.txt"), InlineData("models/m/config.json"), InlineData("app.db-wal")]
    public async Task Start_WithAnEmptyDatabaseBesideOtherData_IsRefusedWithWhatToDo(string other)
    {
        using var data = new TemporaryFolder();
        var (database, beside) = (Path.Combine(data.Path, "app.db"), Path.Combine(data.Path, other));
        await File.WriteAllBytesAsync(database, []);
        Directory.CreateDirectory(Path.GetDirectoryName(beside)!);
        await File.WriteAllTextAsync(beside, "x");

        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--Data:Folder", data.Path);

        Assert.Equal(1, code);
        Assert.Contains("newest backup", Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(0, new FileInfo(database).Length);
    }

    [Fact]
    public async Task StaticFiles_EveryUrlOfAPage_Answers()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var browser = await portal.SignedInAsync("ada");
        var page = await browser.GetStringAsync("/");
        var urls = Regex.Matches(page, "(?:href|src)=\"((?:css|js|_content|_framework|favicon)[^\"]*)\"").Select(m => m.Groups[1].Value)
            .Concat(["css/app.css", "js/portal.js", "js/passkey.js",
                "_content/MudBlazor/MudBlazor.min.css", "_framework/blazor.web.js"]).ToList();

        Assert.True(urls.Count >= 10, page);
        foreach (var url in urls)
        {
            var answer = await portal.Browser().GetAsync("/" + url);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task DataProtectionKeys_Written_AreReadableByTheOwnerOnly()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        await portal.SignedInAsync("ada");

        var keys = Directory.GetFiles(Path.Combine(portal.DataFolder, "keys"));

        Assert.NotEmpty(keys);
        foreach (var key in keys)
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public async Task End_OfAPortal_LeavesNothingOfItInMemory()
    {
        List<WeakReference> ended = [];
        for (var i = 0; i < 3; i++) ended.Add(await StartAndEndAsync());

        // the newest may still be held by what ran last
        using var limit = new CancellationTokenSource(Patience.Long);
        while (ended.Count(e => e.IsAlive) > 1)
        {
            await Task.Delay(10, limit.Token);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> StartAndEndAsync()
    {
        await using var portal = new PortalFactory();
        await portal.Browser().GetAsync("/sign-in");
        return new(portal.Services);
    }

    // the portal's own process, started from the root folder: settings must be found beside the dll
    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = new ProcessStartInfo(dotnet)
        {
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(PortalHost).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Remove("ASPNETCORE_URLS");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience.Long);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The portal kept running: {await output}{await errors}");
        }
        return (process.ExitCode, await output + await errors);
    }

    private sealed class TemporaryFolder(string? path = null) : IDisposable
    {
        public string Path { get; } = path ?? Directory.CreateTempSubdirectory("portal-test-").FullName;
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
