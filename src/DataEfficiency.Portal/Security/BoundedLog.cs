using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace DataEfficiency.Portal.Security;

/// <summary>
/// The console's log lines, with what others wrote into them cut: a request can bring megabytes into a field, and control characters that
/// would forge lines or drive the terminal.
/// </summary>
internal sealed class BoundedLog() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "bounded";

    /// <summary>Longest field of a message, and longest line of an exception, in characters.</summary>
    public const int Longest = 1024;

    private const int MostLines = 200;

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter output)
    {
        var message = entry.Formatter(entry.State, entry.Exception);
        if (message.Length > Longest && entry.State is IEnumerable<KeyValuePair<string, object?>> fields)
            foreach (var (name, value) in fields)
                if (name != "{OriginalFormat}" && value?.ToString() is { Length: > Longest } text)
                    message = message.Replace(text, Cut(text), StringComparison.Ordinal);
        var lines = message.Split('\n').Select(l => Cut(l, 8 * Longest))
            .Concat(entry.Exception?.ToString().Split('\n').Select(l => Cut(l)) ?? []).Take(MostLines);
        var shown = new StringBuilder($"{Level(entry.LogLevel)}: {entry.Category}[{entry.EventId.Id}]\n");
        foreach (var line in lines) shown.Append("      ").Append(Plain(line)).Append('\n');
        output.Write(shown);
    }

    private static string Cut(string text, int most = Longest) =>
        text.Length <= most ? text : $"{text[..most]}... ({text.Length:N0} characters)";

    private static string Plain(string line) => line.Any(char.IsControl)
        ? string.Concat(line.TrimEnd('\r').Select(c => char.IsControl(c) && c != '\t' ? '\uFFFD' : c)) : line;

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce", LogLevel.Debug => "dbug", LogLevel.Information => "info", LogLevel.Warning => "warn",
        LogLevel.Error => "fail", _ => "crit",
    };
}
