using DataEfficiency.Portal.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

public sealed class BoundedLogTests
{
    [Fact]
    public void Field_OfMegabytes_IsCutAndTheRestStays()
    {
        var line = Write("File {Name} of project {Project} failed", [new string('x', 5 << 20), 7]);

        Assert.InRange(line.Length, 1024, 1400);
        Assert.Contains("of project 7 failed", line);
        Assert.Contains("(5,242,880 characters)", line);
    }

    [Fact]
    public void Message_WithoutFieldsAndException_AreCutToo() => Assert.InRange(
        Write(new string('y', 1 << 20), [], new InvalidOperationException(new string('z', 1 << 20))).Length, 1024, 12_000);

    [Fact]
    public void Exception_OfTenThousandLines_EndsAfterTwoHundred() =>
        Assert.Equal(201, Write("m", [], new InvalidOperationException(string.Join('\n', Enumerable.Range(0, 10_000))))
            .Split('\n').Length - 1);

    [Fact]
    public void Field_WithControlCharacters_ForgesNoLineAndDrivesNoTerminal()
    {
        var line = Write("Name {Name}", ["a\ncrit: Portal[0]\u001b[2J\r"]);

        Assert.Contains("\n      crit: Portal[0]\uFFFD[2J", line);
        Assert.DoesNotContain('\u001b', line);
    }

    private static string Write(string template, object[] fields, Exception? exception = null)
    {
        using var output = new StringWriter();
        var logger = new Capturing(output);
        logger.Log(LogLevel.Warning, 0, exception, template, fields);
        return output.ToString();
    }

    private sealed class Capturing(TextWriter output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            new BoundedLog().Write(new LogEntry<TState>(level, "Portal", id, state, exception, formatter), null, output);
    }
}
