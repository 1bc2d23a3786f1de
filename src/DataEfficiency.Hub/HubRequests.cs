// One GET to a hub: redirects followed by hand, so that the token stays with the hub's own host, and every refusal in words.
using System.Net;
using System.Net.Http.Headers;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Hub;

internal sealed class HubRequests(HubOptions options) : IDisposable
{
    private const int Redirects = 5;

    // Neither cookies nor decompression: sizes and hashes are those of the bytes.
    private readonly HttpClient _client =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Silence }) {
            Timeout = Timeout.InfiniteTimeSpan };

    public Uri Address(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>The answer's headers; a status of 400 and above other than 416 is thrown.</summary>
    /// <exception cref="HubException">The hub refuses; trying again does not help.</exception>
    /// <exception cref="IOException">The connection failed or the hub is busy; trying again may help.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, HubModel model, long from, CancellationToken cancel)
    {
        for (var hop = 0; hop <= Redirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.ParseAdd("DataEfficiency");
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            if (options.Token is { } token && IsHub(address)) request.Headers.Authorization = new("Bearer", token);
            var answer = await SendAsync(request, cancel);
            if (answer.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect && answer.Headers.Location is { } to)
            {
                var next = new Uri(address, to);
                answer.Dispose();
                if (next.Scheme is not ("http" or "https") || address.Scheme == "https" && next.Scheme == "http")
                    throw new HubException(
                        $"{address.Host} sends the download of {model} on to "
                        + $"{next.GetLeftPart(UriPartial.Authority)}, which is not safe; it was stopped.");
                address = next;
                continue;
            }
            if ((int)answer.StatusCode < 400 || answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return answer;
            using (answer) throw Refusal(answer, model);
        }
        throw new HubException($"{options.Endpoint.Host} sends the download of {model} on more than {Redirects} times.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(options.Silence);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{request.RequestUri!.Host} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{request.RequestUri!.Host} does not answer within {options.Silence.TotalSeconds:0} seconds");
        }
    }

    private bool IsHub(Uri address) =>
        (address.Scheme, address.Host, address.Port) == (options.Endpoint.Scheme, options.Endpoint.Host, options.Endpoint.Port);

    private Exception Refusal(HttpResponseMessage answer, HubModel model)
    {
        var code = answer.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : "";
        var token = options.Token is null ? $"set the environment variable {HubOptions.TokenVariable} to a token that may read it"
            : $"the token in {HubOptions.TokenVariable} may not read it: use another one";
        var page = Address(model.Id);
        return ((int)answer.StatusCode, code) switch
        {
            (_, "GatedRepo") or (403, _) =>
                new HubException($"{model} is gated: accept its terms at {page} with your account, then {token}."),
            (_, "RevisionNotFound") =>
                new HubException($"{model.Id} has no revision \"{model.Revision}\" at {options.Endpoint.Host}. See {page}."),
            (_, "EntryNotFound") => new HubException($"A file of {model} is no longer at {options.Endpoint.Host}. Pull it again."),
            (401, _) => new HubException(
                $"{model} is not public at {options.Endpoint.Host}, or there is no such model. Check its name; if it is private, {token}."),
            (404, _) => new HubException($"There is no {model} at {options.Endpoint.Host}. Check its name and revision."),
            (408 or 429 or >= 500, _) => new IOException($"{options.Endpoint.Host} answers {(int)answer.StatusCode} {answer.ReasonPhrase}"),
            var (status, _) => new HubException($"{options.Endpoint.Host} refuses {model}: {status} {answer.ReasonPhrase}."),
        };
    }

    public void Dispose() => _client.Dispose();
}
