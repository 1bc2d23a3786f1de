using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>A program on this machine that webhooks are sent to: keeps what came and answers as it is told.</summary>
public sealed class Receiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _loop;

    public Receiver()
    {
        _listener.Start();
        _loop = Task.Run(ListenAsync);
    }

    public string Url => $"http://receiver.example:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

    public string Answer { get; set; } = "200 OK";

    /// <summary>Says nothing, and keeps the connection.</summary>
    public bool IsSilent { get; set; }

    public ConcurrentQueue<(Dictionary<string, string> Headers, string Body)> Came { get; } = [];

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait();
    }

    private async Task ListenAsync()
    {
        List<TcpClient> kept = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                kept.Add(client);
                await TakeAsync(client.GetStream());
                if (!IsSilent) client.Close();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // the test is over: while it waits, or between one that came and the next
        }
        kept.ForEach(c => c.Dispose());
    }

    private async Task TakeAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        int end;
        while ((end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
            bytes.AddRange(buffer[..await stream.ReadAsync(buffer)]);
        var headers = Encoding.Latin1.GetString([.. bytes], 0, end).Split("\r\n").Skip(1).Select(h => h.Split(": ", 2))
            .ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        var length = int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture);
        while (bytes.Count < end + 4 + length) bytes.AddRange(buffer[..await stream.ReadAsync(buffer)]);
        Came.Enqueue((headers, Encoding.UTF8.GetString([.. bytes], end + 4, length)));
        if (IsSilent) return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }
}
