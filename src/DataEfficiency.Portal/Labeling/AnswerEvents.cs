using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What webhooks hear of an answer: that it was given or revised, and that its item has all the answers it needs.</summary>
internal static class AnswerEvents
{
    public static async Task AddAsync(AppDbContext db, AnswerPlace place, Answer answer, Kept kept, Final? final, long now,
        CancellationToken cancellation)
    {
        var happened = kept == Kept.Revision ? WebhookEvents.LabelRevised : WebhookEvents.LabelCreated;
        await WebhookOutbox.AddAsync(db, place.Project, happened, now, () => new
        {
            item = answer.ItemId, answerId = answer.Id, by = answer.UserId,
            answer = JsonSerializer.Deserialize<JsonElement>(answer.AnswerJson), revision = answer.Revision, surplus = answer.Surplus,
            schema = answer.SchemaVersion, version = answer.LabelVersion,
        }, cancellation);
        // the answer that filled the last place; a revision changes what was complete before
        if (kept != Kept.Stored || final is null || place.Slots.Count(s => s.AnswerId is null) != 1) return;
        await WebhookOutbox.AddAsync(db, place.Project, WebhookEvents.ItemCompleted, now, () => new
        {
            item = answer.ItemId, by = JsonNamingPolicy.CamelCase.ConvertName($"{final.By}"), label = final.LabelId,
            text = final.AnswerText, answers = final.Heard, version = answer.LabelVersion,
        }, cancellation);
    }
}
