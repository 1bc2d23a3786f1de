// Surface cues: a tag at a fixed place, the language, the words of spam, the words of a topic, the form of the verb.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class MessageTasks
{
    private static readonly (string Label, string Template)[] Languages =
    [
        ("English",
            "{The|My|Our|Your} {old|little|new|blue} {dog|friend|house|garden|car} {is|was} {very|not|always|really} {big|quiet|nice|far "
            + "away}{ today| this year| in the morning|, they say}"),
        ("German",
            "{Der|Ein|Unser|Kein} {alter|kleiner|neuer|blauer} {Hund|Freund|Garten|Wagen|Tisch} {ist|war} {sehr|nicht|immer|wirklich} "
            + "{gross|ruhig|schön|weit weg}{ heute| dieses Jahr| am Morgen|, sagt man}"),
        ("French",
            "{Le|Mon|Notre|Un} {vieux|petit|nouveau|grand} {chien|jardin|bateau|livre|cousin} {est|était} {très|toujours|vraiment|un "
            + "peu} {calme|joli|loin|content}{ aujourd'hui| cette année| le matin|, dit-on}"),
        ("Spanish",
            "{El|Mi|Nuestro|Un} {perro|amigo|jardín|coche|libro} {viejo|pequeño|nuevo|azul} {es|era|está} {muy|siempre|un poco|casi} "
            + "{grande|tranquilo|bonito|lejos}{ hoy| este año| por la mañana|, dicen}"),
    ];

    private static readonly (string Label, string[] Words)[] Topics =
    [
        ("sport",
            ["goal", "referee", "striker", "marathon", "tennis court", "league", "swimmer", "coach", "penalty", "race", "boxing ring",
            "cup final", "sprint", "goalkeeper", "medal", "rowing crew", "team captain", "stadium"]),
        ("food",
            ["soup", "bread", "cheese", "recipe", "apple pie", "oven", "salad", "noodles", "chef", "breakfast", "butter", "grilled fish",
            "menu", "pepper", "dessert", "honey", "kitchen knife", "stew"]),
        ("weather",
            ["storm", "rain", "sunshine", "fog", "snow", "thunder", "heat wave", "frost", "forecast", "clouds", "north wind", "hail",
            "drizzle", "temperature", "rainbow", "flood warning", "ice", "humidity"]),
        ("money",
            ["loan", "salary", "tax", "interest rate", "savings", "mortgage", "invoice", "budget", "shares", "pension", "debt", "dividend",
            "bank fee", "wages", "exchange rate", "refund", "bond market", "rent"]),
    ];

    private static readonly (string, string, string)[] Verbs =
    [
        ("found", "finds", "will find"), ("took", "takes", "will take"), ("brought", "brings", "will bring"),
        ("kept", "keeps", "will keep"), ("dropped", "drops", "is going to drop"),
        ("held", "holds", "will hold"), ("sold", "sells", "is going to sell"), ("carried", "carries", "will carry"),
        ("hid", "hides", "is going to hide"), ("washed", "washes", "will wash"),
        ("saw", "sees", "will see"), ("left", "leaves", "is going to leave"), ("bought", "buys", "will buy"),
        ("chose", "chooses", "will choose"), ("threw", "throws", "is going to throw"),
    ];

    public static IEnumerable<ReferenceTask> All => [Priority, Language, Spam, Topic, Tense];

    // One word at a fixed place decides; all else is the same for both answers.
    private static ReferenceTask Priority { get; } = new("priority", "Handle the ticket now or later?", ["now", "later"], random =>
    {
        var urgent = random.Chance(.5);
        var what = random.Say(
            "{printer|laptop|door lock|projector|phone|heater|lamp|screen|coffee machine|lift} {on floor {2|3|4|5|6|7|8}|in room "
            + "{12|17|21|34|38|45|52}|of the {front desk|sales team|night shift|canteen}} "
            + "{is broken|does not start|makes a noise|needs a new part|was moved again|has no power|must be cleaned}{|| again| today| "
                + "since noon| as before|, says Kim|, we think}");
        return new Example($"{(urgent ? "HIGH" : "LOW")}: {what}", urgent ? "now" : "later");
    });

    private static ReferenceTask Language { get; } =
        new("language", "Which language is it?", ["English", "German", "French", "Spanish"], random =>
    {
        var (label, template) = random.Pick(Languages);
        return new Example(random.Say(template), label);
    });

    private static ReferenceTask Spam { get; } = new("spam", "Is the message spam?", ["spam", "fine"], random =>
    {
        var spam = random.Chance(.5);
        return new Example(random.Say(spam
            ? "{WIN|FREE|URGENT|Claim|Congratulations!} {a {cash|holiday|phone} prize|£{100|250|500|900}|your {bonus|reward|voucher}} "
                + "{now|today|before midnight}. {Call|Text WIN to|Reply YES to} {0906|0871|87121|80082}{1|2|3|4|5}{6|7|8|9}"
            : "{Hey|Hi|Ok|Sorry|Yeah}, {I am|we are|mum is} {late for|at|back from|on the way to} {work|the gym|the shop|lunch|school|a "
                + "film}. {See you|Call me|Text me|Wait for me} {at {5|6|7|8}|later|tonight|when you are free|by the {door|bus stop|car}}"),
            spam ? "spam" : "fine");
    }, noise: .03);

    private static ReferenceTask Topic { get; } = new("topic", "What is it about?", ["sport", "food", "weather", "money"], random =>
    {
        var (label, words) = random.Pick(Topics);
        var word = random.Pick(words);
        return new Example(
            random.Say("{We|They|People|My neighbours|Some of us} {talked about|asked about|wrote about|read about|heard of} the "
            + word + " {on the train|at school|in the office|last night|for an hour|again|with a friend|over the phone}"), label);
    }, noise: .02);

    private static ReferenceTask Tense { get; } = new("tense", "Past, present or future?", ["past", "present", "future"], random =>
    {
        var (past, present, future) = random.Pick(Verbs);
        var (label, verb) = random.Pick(new[] { ("past", past), ("present", present), ("future", future) });
        return new Example(random.Say("{She|He|The {teacher|driver|farmer|nurse}|My {aunt|boss|brother}} " + verb
            + " {a letter|the box|two plates|the bag|some paper|a picture} {near the river|in the hall|with care|for "
                + "the guests|at the station|behind the shed}"), label);
    });
}
