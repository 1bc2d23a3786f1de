using DataEfficiency.Portal.Tests;

namespace DataEfficiency.Browser.Tests;

/// <summary>The portal on a real port, for a real browser.</summary>
public class KestrelFactory : PortalFactory
{
    public KestrelFactory() => UseKestrel(0);

    /// <summary>http://localhost:PORT/, started on the first call.</summary>
    public string Url
    {
        get
        {
            StartServer();
            return ClientOptions.BaseAddress.ToString();
        }
    }
}
