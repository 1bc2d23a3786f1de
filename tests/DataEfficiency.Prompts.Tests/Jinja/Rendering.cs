namespace DataEfficiency.Prompts.Tests.Jinja;

/// <summary>A template with the special tokens and the time that the recorded cases were made with.</summary>
internal static class Rendering
{
    public static string Of(string template, params ChatMessage[] messages) => Read(template).Apply(messages, addGenerationPrompt: true);

    public static ChatTemplate Read(string template) => new(template,
        new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" }, "test",
        new FixedTime(new DateTimeOffset(2026, 3, 5, 9, 7, 4, TimeSpan.Zero)));
}

internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
}
