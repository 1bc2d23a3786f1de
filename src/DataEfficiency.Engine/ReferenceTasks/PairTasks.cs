// Two lines and one question about both: do they ask the same, does the answer fit. Outside every fit.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class PairTasks
{
    private static readonly string[] Topics =
    [
        "tomatoes", "goldfish", "violins", "candles", "beehives", "kayaks", "cactuses", "telescopes", "sourdough", "bonsai", "parrots",
        "quilts", "rockets", "saunas", "turbines", "vineyards", "wigwams", "yoghurt", "zithers", "lanterns",
    ];

    // Two ways to ask for each intent; intents of one topic differ in their words only here.
    private static readonly (string One, string Two)[] Intents =
    [
        ("How do I clean *?", "What gets dirt off *?"), ("How much do * cost?", "What is the price of *?"),
        ("Are * dangerous?", "Can * do me harm?"), ("Who invented *?", "Whose idea were *?"),
        ("Where can I buy *?", "Which shops sell *?"), ("How long do * last?", "After how many years do * wear out?"),
    ];

    private static readonly (string Question, string Answer)[] Kinds =
    [
        ("{When {does|will} the {ferry|parade|lecture|auction} {start|end}|At what hour is {lunch|the tour|mass}}?",
            "{At|Before|After|Around} {noon|dusk|midnight|sunrise|half past {two|six|nine}|a quarter to {three|ten}}"),
        ("{Where {is|did you put} the {hammer|atlas|umbrella|flute}|In which place do {owls|otters|monks} sleep}?",
            "{Under|Behind|Beside|Inside} {the {cupboard|barn|chapel|sofa|well}|a hollow {oak|log}}"),
        ("{Who {wrote|broke|painted|found} the {letter|vase|gate|coin}|Which person {rang|won|paid}}?",
            "{Your|My|Their} {nephew|grandmother|landlady|cousin|dentist|twin} {Igor|Selma|Petra|Yusuf|did}"),
        ("{How many {goats|chairs|pupils|bridges} {are there|did you count}|What number of {eggs|stamps} is left}?",
            "{Exactly|About|Only|Over} {seventeen|forty|ninety|three hundred|a dozen|sixty two}{| of them| in all}"),
    ];

    private const string Evasion =
        "{That is hard to {say|tell}|I would rather not {say|tell}|Nobody knows{| for sure| here}|Ask me {later|tomorrow|again}|"
        + "What a {silly|strange|nice} question|Let us talk of {something|anything} else|No comment{| on that| for now}}";

    public static IEnumerable<ReferenceTask> All => [Paraphrase, AnswerFits];

    private static ReferenceTask Paraphrase { get; } = new("paraphrase", "Do both lines ask the same?", ["same", "different"], random =>
    {
        var same = random.Chance(.5);
        var topics = random.Sample(Topics, 2);
        var intents = random.Sample(Intents, 2);
        var otherTopic = !same && random.Chance(.5);
        var second = same || otherTopic ? intents[0] : intents[1];
        var turned = random.Chance(.5);
        var one = (turned ? intents[0].Two : intents[0].One).Replace("*", topics[0]);
        var two = (turned ? second.One : second.Two).Replace("*", topics[otherTopic ? 1 : 0]);
        return new Example(random.Say($"one: {{|Tell me: |Just wondering: |Does anyone know: }}{one}\ntwo: {{|Hello. |Dear all. }}{two}"),
            same ? "same" : "different");
    });

    // Half of the wrong answers evade, which their words give away; the others answer another kind of question.
    private static ReferenceTask AnswerFits { get; } = new("answer-fits", "Does the answer fit the question?", ["yes", "no"], random =>
    {
        var fits = random.Chance(.5);
        var kinds = random.Sample(Kinds, 2);
        var answer = fits ? kinds[0].Answer : random.Chance(.5) ? Evasion : kinds[1].Answer;
        return new Example(random.Say($"asked: {kinds[0].Question}\nanswered: {answer}"), fits ? "yes" : "no");
    });
}
