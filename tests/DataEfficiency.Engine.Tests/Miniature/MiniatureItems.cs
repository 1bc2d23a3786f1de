namespace DataEfficiency.Engine.Tests.Miniature;

/// <summary>The texts that the numbers are about, most of them named as those of the golden models are.</summary>
internal static class MiniatureItems
{
    public const string Instruction = "Answer in few words.";

    public static IReadOnlyList<(string Id, string Text, string Answer)> All { get; } =
    [
        ("short", "What is the capital of France?", "Paris"),
        ("yes", "Is water wet?", "yes"),
        ("no", "Is fire cold?", "no"),
        ("yes 2", "Is the sky above the ground?", "yes"),
        ("no 2", "Can a stone swim?", "no"),
        ("emoji", "What does 👋🏽 say?", "It says 👋"),
        ("code", "for (i = 0; i < 9; i++) f(i); // what is f?", "f(i) is a call"),
        ("answer with masked tokens", "Two lines, please.", "one\ntwo\n\nend"),
        ("empty answer", "Say nothing.", ""),
        ("answer of masked tokens only", "Say a new line.", "\n"),
        ("300-token prompt", string.Join(' ', Enumerable.Range(1, 90).Select(i => $"{i * 37 % 100} cards")), "many"),
    ];

    public static IReadOnlyList<string> Labelled { get; } =
        ["yes", "no", "short", "yes 2", "no 2", "emoji", "code", "answer with masked tokens"];

    /// <summary>Each batch's places among the labelled.</summary>
    public static IReadOnlyList<int[]> Batches { get; } = [[0, 1, 2, 3], [4, 5, 6, 7], [0, 2, 4, 6]];
}
