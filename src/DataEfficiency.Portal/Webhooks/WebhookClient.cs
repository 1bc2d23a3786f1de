using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>What came of a try.</summary>
/// <param name="Status">Of the answer; null: there was none.</param>
/// <param name="Fault">Null: it arrived.</param>
public sealed record WebhookOutcome(int? Status, WebhookFault? Fault);

/// <summary>
/// Sends one delivery. The name is resolved here, every address is looked at, and the connection goes to those very addresses: a name that
/// leads elsewhere a moment later changes nothing. No proxy, no cookie, no redirect; of the answer its status is read and nothing else.
/// </summary>
public sealed class WebhookClient : IDisposable
{
    public const string EventHeader = "DataEfficiency-Event", DeliveryHeader = "DataEfficiency-Delivery";

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5), Reused = TimeSpan.FromMinutes(2);

    private readonly IHostNames _names;
    private readonly WebhookOptions _options;
    private readonly HttpMessageInvoker _http;

    public WebhookClient(IHostNames names, IOptions<WebhookOptions> options)
    {
        (_names, _options) = (names, options.Value);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = ConnectTime,
            PooledConnectionLifetime = Reused, MaxResponseHeadersLength = 16, MaxResponseDrainSize = 0, ConnectCallback = ConnectAsync,
            // a trace of ours is nobody's business outside
            ActivityHeadersPropagator = null,
        });
    }

    public async Task<WebhookOutcome> PostAsync(string url, string secret, WebhookDelivery delivery, DateTimeOffset now,
        CancellationToken cancellation)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(_options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = new StringContent(delivery.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            };
            request.Headers.TryAddWithoutValidation("User-Agent", "DataEfficiency-Webhooks/1");
            request.Headers.Add(EventHeader, WebhookNames.Of(delivery.Event));
            request.Headers.Add(DeliveryHeader, $"{delivery.EventId}");
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(secret, delivery.Body, now));
            // an invoker hands the answer over once its head is there: its body is dropped with the connection
            using var answer = await _http.SendAsync(request, time.Token);
            return new((int)answer.StatusCode, (int)answer.StatusCode switch
            {
                >= 200 and < 300 => null,
                >= 300 and < 400 => WebhookFault.Redirect,
                _ => WebhookFault.Status,
            });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, WebhookFault.Timeout);
        }
        catch (HttpRequestException e)
        {
            return new(null, FaultOf(e));
        }
    }

    private static WebhookFault FaultOf(HttpRequestException e) => e.InnerException switch
    {
        AddressRefusedException => WebhookFault.Address,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            WebhookFault.UnknownHost,
        AuthenticationException => WebhookFault.Tls,
        OperationCanceledException or TimeoutException => WebhookFault.Timeout,
        _ => WebhookFault.Unreachable,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await _names.OfAsync(host, cancellation);
        // one that is not allowed among others is no accident
        if (addresses.Length == 0 || !addresses.All(a => ReceiverAddress.Allows(a, _options.AllowPrivate)))
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed class AddressRefusedException() : IOException("The receiver's address is not one that webhooks may be sent to.");
}
