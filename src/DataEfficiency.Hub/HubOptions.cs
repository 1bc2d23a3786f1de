namespace DataEfficiency.Hub;

/// <summary>Where models come from, and how patiently.</summary>
public sealed record HubOptions
{
    public const string EndpointVariable = "HF_ENDPOINT", TokenVariable = "HF_TOKEN";

    /// <summary>Default: the public hub.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Sent to the endpoint's own host only. Default: none.</summary>
    public string? Token { get; init; }

    /// <summary>New tries after a cut connection or a busy server without a byte between them. Default: 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>Before the first of them; it doubles. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that brings nothing for so long is cut. Default: 60 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Endpoint from HF_ENDPOINT, token from HF_TOKEN.</summary>
    /// <exception cref="ArgumentException">HF_ENDPOINT is no address.</exception>
    public static HubOptions FromEnvironment()
    {
        var options =
            new HubOptions { Token = Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token ? token.Trim() : null };
        if (Environment.GetEnvironmentVariable(EndpointVariable) is not { Length: > 0 } address) return options;
        return Uri.TryCreate(address, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? options with { Endpoint = endpoint }
            : throw new ArgumentException($"{EndpointVariable} is \"{address}\", expected an address such as https://huggingface.co.");
    }
}
