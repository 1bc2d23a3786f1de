using System.Text;
using DataEfficiency.Portal.Accounts;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Net.Http.Headers;

namespace DataEfficiency.Portal.Security;

/// <summary>Refuses what the framework fails at: a body in an encoding that there is not (or not any more: UTF-7), and one that is sent to
/// a page and is no form, or not a whole one.</summary>
internal sealed class KnownBodies(RequestDelegate next)
{
    /// <summary>Of what parts a form's values; the framework reads no longer one.</summary>
    private const int LongestBoundary = 128;

    public async Task InvokeAsync(HttpContext context)
    {
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isRead && !IsReadable(context)) context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        else if (!isRead && !await IsWholeFormAsync(context.Request)) context.Response.StatusCode = StatusCodes.Status400BadRequest;
        else await next(context);
    }

    // read once, here: whoever asks for it later gets what was read
    private static async Task<bool> IsWholeFormAsync(HttpRequest request)
    {
        if (ApiPaths.IsApi(request) || !request.HasFormContentType) return true;
        try
        {
            await request.ReadFormAsync(request.HttpContext.RequestAborted);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return false;
        }
    }

    private static bool IsReadable(HttpContext context)
    {
        var isPage = context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)) return !isPage;
        // an upload's encoding is a matter of its reader
        if (!isPage && type.Type == "text") return true;
        var isParted = type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
        if (isParted && (type.Boundary.ToString() ?? "").Trim('"').Length is 0 or > LongestBoundary || isPage && !isParted
            && !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return false;
        // in quotes it is written as well, but the framework does not know it so
        if (type.Charset is { Length: > 2 } quoted && quoted[0] == '"')
        {
            type.Charset = quoted.ToString().Trim('"');
            context.Request.ContentType = type.ToString();
        }
        return IsKnown(type.Charset.ToString() ?? "");
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return charset.Length == 0 || Encoding.GetEncoding(charset) is not null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
