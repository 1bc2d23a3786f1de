using System.Diagnostics;
using Xunit;

namespace DataEfficiency.Engine.Tests;

/// <summary>Tests of this assembly in a process of their own.</summary>
internal static class TestProcess
{
    /// <summary>Fails with what the process printed unless every test that the filter finds, one at least, passes there.</summary>
    public static async Task PassAsync(string filter, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", ["vstest", typeof(TestProcess).Assembly.Location, "--TestCaseFilter:" + filter])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        var said = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.True(child.ExitCode == 0, said + await errors);
        Assert.Matches(@"Passed: *[1-9]", said);
    }
}
