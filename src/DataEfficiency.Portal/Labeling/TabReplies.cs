namespace DataEfficiency.Portal.Labeling;

/// <summary>What a tab hears whenever it asks or hands in: it has spoken, and where the first 32 are on other screens it is told
/// whose.</summary>
public sealed class TabReplies(DeckService decks, LivingTabs tabs, Holders holders)
{
    public async Task<DeckReply> OfAsync(LabelCall call, LabelAsker asker, DeckRequest deck, IReadOnlyList<Receipt> receipts)
    {
        tabs.Speak(asker.UserId, deck.Token);
        var reply = await decks.ReplyAsync(call.Id, asker.UserId, asker.IsMember, deck, receipts, call.Cancellation);
        return reply with { FirstHeld = await holders.OfTheFirstAsync(call.Id, deck.Token, reply, call.Cancellation) };
    }
}
