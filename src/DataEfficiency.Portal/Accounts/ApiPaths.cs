namespace DataEfficiency.Portal.Accounts;

/// <summary>The paths that scripts and programs call: they get statuses and JSON, never a redirect or a page.</summary>
public static class ApiPaths
{
    public const string Api = "/api/v1";
    public const string Hubs = "/hubs";

    public static bool IsApi(HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments(Hubs) || request.Path.StartsWithSegments("/_blazor");
}
