// What somebody means to do by saying it, and who owes whom. Outside every fit.

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class ConversationTasks
{
    private static readonly (string Act, string Opening)[] Acts =
    [
        ("request", "{Would you {kindly|mind to}|Be so good and|Do me a favour and}"),
        ("promise", "{You have my word, I shall|Count on me, I will|Rest assured, we shall}"),
        ("refusal", "{No way will I|Not in a hundred years do I|I flatly decline to}"),
        ("apology", "{Forgive me, I forgot to|It pains me that I failed to|I feel bad that I did not}"),
    ];
    private const string Chore = " {water the ferns|feed the hens|lower the blinds|fold these sheets|hold the ladder}"
        + " {before the guests arrive|on Thursday|while I am abroad|for the third time|at the cottage|as agreed}"
        + "{, {neighbour|my dear|old chap|children|colleague}|}{.|!|...|}";

    private static readonly string[] Names =
    [
        "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Stefan", "Tilda", "Umberto", "Vera", "Wanda", "Xavier", "Yara", "Zeno", "Anselm",
        "Birgit", "Conrad", "Delia", "Emil",
    ];

    public static IEnumerable<ReferenceTask> All => [SpeechAct, Debtor];

    private static ReferenceTask SpeechAct { get; } =
        new("speech-act", "What is the speaker doing?", [.. Acts.Select(a => a.Act)], random =>
    {
        var (act, opening) = random.Pick(Acts);
        return new Example(random.Say(opening + Chore), act);
    }, noise: .1);

    private static ReferenceTask Debtor { get; } = new("debtor", "Who owes money?", null, random =>
    {
        var names = random.Sample(Names, 2);
        var sum = "{four|nine|eleven|twenty|fifty|ninety} {coins|crowns|guilders}";
        return new Example(random.Say(random.Next(3) switch
        {
            0 => $"{sum} {{are owed|were borrowed}} by {names[1]}, {{says|claims}} {names[0]}{{| last winter| for a coat| at the fair}}",
            1 => $"{names[0]} {{waits for|wants}} {sum} {{owed|borrowed}} by {names[1]}{{| last winter| for a coat| at the fair}}",
            _ => $"By {names[1]}, {{says|claims}} {names[0]}, {sum} {{are|were}} {{owed|borrowed}}",
        }), names[1]);
    });
}
