// What a customer wants: 4, 12 and 40 intents of a bank, 6 of a help desk with noisy labels.
// Sentence grammars with synonyms; intents share words.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class EnquiryTasks
{
    private const string Opener = "{|Hi, |Hello, |Please help: |Quick question: |Sorry, |Good {morning|evening}, |Dear team, |Excuse me, }";
    private const string Closer =
        "{|, thanks|, please advise|, what now?|. It is urgent|. Can you {help|call me}?|, any idea?|. I am worried}";
    private const string Lately =
        "{| today| this {morning|week|month}| since {Monday|Friday|noon}| last {night|week}| again| by now| on holiday}";

    private static readonly (string Intent, string Phrases)[] Bank =
    [
        ("lost card",
            "{I {lost|can't find|misplaced} my {card|bank card}|my {card|wallet} {was stolen|is gone|fell out of my bag}|I left my "
            + "{card|bank card} {in a shop|on the train|in a taxi}|someone took my {card|wallet}}"),
        ("transfer",
            "{my transfer {has not arrived|is still pending|did not go through}|the money I {sent|wired} to my {sister|landlord|friend} "
            + "{is not there|is missing}|how long does {a transfer|sending money} take|I sent {money|cash} to the wrong account}"),
        ("cash machine",
            "{the {cash machine|ATM} {swallowed my card|gave me the wrong amount|is out of order|charged me}|I got no {money|notes} from "
            + "the {machine|ATM}|where is the nearest {cash machine|ATM}|the {machine|ATM} kept my card}"),
        ("password",
            "{I forgot my {password|login}|I can't {log in|sign in}{ to the app|}|my {password|login} {does not work|was rejected|is not "
            + "accepted}|how do I {reset|change} my {password|login code}|the app wants a password I don't have}"),
        ("exchange rate",
            "{what is your {rate|exchange rate} for {dollars|euros|pounds}|the {rate|exchange rate} I got {was wrong|is bad|looks too "
            + "low}|how do you {set|compute} the rate for {foreign money|dollars}|I paid abroad and the rate was {wrong|poor}}"),
        ("card fee",
            "{why was I charged {a fee|extra} {on my card|for my card payment}|there is a fee on my {statement|card} I {don't know|did "
            + "not expect}|you took {1|2|5} pounds as a {card|payment} fee|I want the card fee {back|explained}}"),
        ("new card",
            "{when will my new card {arrive|come}|my new card {is not here|has not come}|I {ordered|asked for} a card {two weeks|ten "
            + "days} ago|how do I {activate|start using} my new card|can I {order|have} a second card}"),
        ("top up",
            "{my top up {failed|was declined|is not showing}|how do I {top up|add money to} my account|can I top up with {cash|a "
            + "cheque|another card}|I {added|paid in} money but the balance {is the same|did not change}}"),
        ("identity",
            "{why do you need {my passport|proof of identity}|you {rejected|did not accept} my {passport|photo|document}|how do I "
            + "{verify|prove} {my identity|who I am}|my {identity check|verification} {failed|takes too long}}"),
        ("close account",
            "{I want to {close|delete|cancel} my account|please {close|shut} my account|how can I {leave your bank|end my account}|I no "
            + "longer {need|want} {this account|your service}}"),
        ("loan",
            "{can I {get|apply for} a loan|what does a loan {cost|of 5000 cost}|my loan {was refused|is not paid out}|I want to pay {off "
            + "my loan|my loan back} early|how much can I {borrow|get as a loan}}"),
        ("address",
            "{I {moved|have moved} to a new {flat|house|city}|please {change|update} my {address|street}|you sent my {letter|statement} "
            + "to my old {address|flat}|how do I {tell you|enter} my new {address|postcode}}"),
    ];

    // 8 things times 5 problems: each half is said in words that other intents use too.
    private static readonly (string Thing, string Words)[] Things =
    [
        ("card", "{card|debit card|plastic}"), ("app", "{app|mobile app|phone app}"), ("loan", "{loan|credit|advance}"),
        ("transfer", "{transfer|wire|payment to my friend}"),
        ("savings", "{savings|savings pot|nest egg}"), ("insurance", "{insurance|cover|policy}"),
        ("statement", "{statement|monthly list|summary}"), ("cheque", "{cheque|check|paper slip}"),
    ];
    private static readonly (string Problem, string Before, string After)[] Problems =
    [
        ("late", "{when will I get|I am still waiting for|it takes weeks to get} my", ""),
        ("refused", "{why did you refuse|you turned down|I was denied} my", ""),
            ("price", "{what do I pay for|how much is|tell me the price of} my", ""),
        ("cancel", "{I want to stop|please cancel|I don't need} my", "{ any more| from now on|}"),
        ("error", "{there is a mistake in|something is wrong with|I see an error in} my", ""),
    ];

    private static readonly (string Desk, string Phrases)[] Support =
    [
        ("network",
            "{the {wifi|network|internet} is {down|slow|gone}|I can't reach the {server|shared "
            + "drive}|{web pages|sites} {don't load|time out}}"),
        ("printer", "{the printer is {jammed|out of ink|offline}|my {pages|documents} come out {blank|grey}|I can't {print|scan}}"),
        ("account",
            "{my {login|user name} is {locked|unknown}|I need {access|rights} to a {folder|system}|my password {expired|is refused}}"),
        ("mail", "{I can't {send|receive} {mail|messages}|my {inbox|mailbox} is {full|empty}|{mail|spam} keeps coming back}"),
        ("screen",
            "{my {screen|monitor} {is black|flickers|shows stripes}|the {picture|second screen} is "
            + "{too dark|missing}|the colours are wrong}"),
        ("sound", "{I hear {nothing|noise} in calls|my {headset|microphone} {is dead|crackles}|the {sound|volume} is too low}"),
    ];

    public static IEnumerable<ReferenceTask> All =>
    [
        Intents("bank-4", Bank.Take(4).ToArray(), "Sort the bank enquiry."), Intents("bank-12", Bank, "Sort the bank enquiry.", noise: .02),
            Matrix, Intents("support-6", Support, "Which desk helps?", noise: .05),
    ];

    private static ReferenceTask Intents(string name, (string Intent, string Phrases)[] intents, string instruction, double noise = 0) =>
        new(name, instruction, intents.Select(i => i.Intent).ToList(), random =>
        {
            var (intent, phrases) = random.Pick(intents);
            return new Example(random.Say(Opener + phrases + Lately + Closer), intent);
        }, noise);

    private static ReferenceTask Matrix { get; } = new("bank-40", "Name the thing and the problem.",
        Things.SelectMany(t => Problems.Select(p => $"{t.Thing} {p.Problem}")).ToList(), random =>
        {
            var (thing, words) = random.Pick(Things);
            var (problem, before, after) = random.Pick(Problems);
            return new Example(random.Say($"{Opener}{before} {words}{after}{Lately}{Closer}"), $"{thing} {problem}");
        });
}
