using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataEfficiency.Portal.Tests;

/// <summary>The portal as people run it: a process of its own with the real engine and the bundled model, which can be killed and started
/// again.</summary>
public sealed class PortalProcess : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("portal-journey-").FullName;
    private readonly StringBuilder _output = new();
    private Process? _process;

    private readonly string[] _settings;

    /// <param name="settings">Further arguments of the command line.</param>
    public PortalProcess(params string[] settings)
    {
        _settings = settings;
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Url = $"http://localhost:{((IPEndPoint)free.LocalEndpoint).Port}";
    }

    public string Url { get; }

    public string Folder => _folder;

    public int ProcessId => _process!.Id;

    public string Output { get { lock (_output) return _output.ToString(); } }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "DataEfficiency.Portal.dll"), "--urls", Url,
            "--Data:Folder", _folder }.Concat(_settings)) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };
        for (var until = DateTime.UtcNow.AddMilliseconds(Patience.Milliseconds); ; await Task.Delay(100))
        {
            try
            {
                using var answer = await client.GetAsync(Url + "/sign-in");
                return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                if (_process.HasExited
                    || DateTime.UtcNow > until) throw new InvalidOperationException($"The portal did not start.\n{Output}", e);
            }
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nobody says goodbye.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }
}
