using System.Text.Json;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>Events as programs spell them: label.created for <see cref="WebhookEvents.LabelCreated"/>.</summary>
public static class WebhookNames
{
    public static IReadOnlyList<WebhookEvents> All { get; } = [.. Enum.GetValues<WebhookEvents>().Where(e => e != WebhookEvents.None)];

    private static readonly JsonNamingPolicy Dots = JsonNamingPolicy.KebabCaseLower;

    public static string Of(WebhookEvents one) => Dots.ConvertName($"{one}").Replace('-', '.');

    public static IReadOnlyList<string> Each(WebhookEvents events) => [.. All.Where(e => events.HasFlag(e)).Select(Of)];

    /// <summary>Null where one of them is none.</summary>
    public static WebhookEvents? Parse(IEnumerable<string> names)
    {
        var events = WebhookEvents.None;
        foreach (var name in names)
        {
            var one = All.FirstOrDefault(e => Of(e) == name);
            if (one == WebhookEvents.None) return null;
            events |= one;
        }
        return events;
    }
}
