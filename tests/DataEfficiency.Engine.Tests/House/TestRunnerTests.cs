// tests/run itself, on a `dotnet` that replays what the real one printed: a passed run, a run that was aborted
// after some tests passed, one with a failed test.
using System.Diagnostics;

namespace DataEfficiency.Engine.Tests.House;

public sealed class TestRunnerTests : IDisposable
{
    private const string Passed =
        "Passed!  - Failed:     0, Passed:   489, Skipped:     2, Total:   491, Duration: 3 s - Some.Tests.dll (net10.0)";
    private readonly string _folder = Directory.CreateTempSubdirectory("runner").FullName;

    public TestRunnerTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tests"));
        File.Copy(SourceTree.At("tests", "run"), Path.Combine(_folder, "tests", "run"));
        Script("dotnet", """
            [ "$1" = build ] && exit 0
            name=$(basename "$2")
            while [ $# -gt 0 ]; do [ "$1" = --results-directory ] && results=$2; shift; done
            [ -e "$FAKE/$name.first" ] && . "$FAKE/$name.first"
            cat "$FAKE/$name.log"
            [ -e "$FAKE/$name.trx" ] && cp "$FAKE/$name.trx" "$results/tests.trx"
            mkdir -p "$results/some-guid"
            [ -e "$FAKE/$name.xml" ] && cp "$FAKE/$name.xml" "$results/some-guid/Sequence_1.xml"
            exit "$(cat "$FAKE/$name.status")"
            """);
        Script("browser", "exit 0");
    }

    [Fact]
    public void Run_EveryTestPassed_EndsWithTheSumsAndStatusZero()
    {
        Project("A", 0, Passed);
        Project("B", 0, "Skipped! - Failed:     0, Passed:     0, Skipped:     3, Total:     3, Duration: 1 s - B.Tests.dll (net10.0)");
        var (status, lines) = Run();
        Assert.Equal((0, "489 passed, 0 failed, 5 skipped"), (status, lines[^1]));
    }

    // What blame wrote of a run in which the test host died: the summary says "Passed!" of the tests before it.
    [Fact]
    public void Run_AbortedAfterSomeTestsPassed_IsAFailureThatNamesTheTest()
    {
        Project("A", 0, Passed);
        Project("B", 1, $"""
            The active test run was aborted. Reason: Test host process crashed
            {Passed}
            Test Run Aborted.
            The test running when the crash occurred:{" "}
            Some.Tests.Long

            This test may, or may not be the source of the crash.
            """);
        File.WriteAllText(At("B.Tests.xml"), """
            <?xml version="1.0"?>
            <TestSequence>
              <Test Name="Some.Tests.Short" DisplayName="Some.Tests.Short" Source="Some.Tests.dll" Completed="True" />
              <Test Name="Some.Tests.Long" DisplayName="Some.Tests.Long(text: &quot;a&quot;)" Source="Some.Tests.dll" Completed="False" />
            </TestSequence>
            """);
        var (status, lines) = Run();
        Assert.Equal((1, "978 passed, 1 failed, 4 skipped"), (status, lines[^1]));
        Assert.Contains(
            lines, l => l.StartsWith("tests/run: B.Tests was aborted while Some.Tests.Long(text: \"a\") ran", StringComparison.Ordinal));
        File.Delete(At("B.Tests.xml"));
        Assert.Contains(
            Run().Lines, l => l.StartsWith("tests/run: B.Tests was aborted while Some.Tests.Long ran", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_AbortedBeforeAnyTestEnded_IsAFailure()
    {
        Project("A", 1, "The active test run was aborted. Reason: Test host process crashed", "Test Run Aborted.");
        Project("B", 0, Passed);
        var (status, lines) = Run();
        Assert.Equal((1, "489 passed, 1 failed, 2 skipped"), (status, lines[^1]));
    }

    [Fact]
    public void Run_StatusThatNoFailedTestExplains_IsAFailure()
    {
        Project("A", 3, Passed);
        var (status, lines) = Run();
        Assert.Equal((1, "489 passed, 1 failed, 2 skipped"), (status, lines[^1]));
        Assert.Contains("tests/run: A.Tests ended with exit status 3, though no test of it failed", lines);
    }

    [Fact]
    public void Run_FailedTests_AreCountedOnce()
    {
        Project("A", 1, "Failed!  - Failed:     2, Passed:     7, Skipped:     0, Total:     9, Duration: 1 s - A.Tests.dll (net10.0)");
        Project("B", 1);
        var (status, lines) = Run();
        Assert.Equal((1, "7 passed, 3 failed, 0 skipped"), (status, lines[^1]));
        Assert.Contains("tests/run: B.Tests ended without a result (exit status 1)", lines);
    }

    [Fact]
    public void Run_SkippedTests_SayWhy()
    {
        Project("A", 0, Passed);
        File.WriteAllText(At("A.Tests.trx"), """
            <UnitTestResult testName="First.Skipped" outcome="NotExecuted">
              <Message>For a "reason" &amp; more</Message>
            </UnitTestResult>
            """);
        Assert.Contains("skipped: First.Skipped: For a \"reason\" & more", Run().Lines);
    }

    [Fact]
    public void Run_AProcessAboveTheLimit_IsAFailure()
    {
        var runner = Path.Combine(_folder, "tests", "run");
        var text = File.ReadAllText(runner);
        Assert.Contains("memory_limit=$((4 << 20)) # KiB", text);
        File.WriteAllText(runner, text.Replace("memory_limit=$((4 << 20))", "memory_limit=1"));
        Project("A", 0, Passed);
        var (status, lines) = Run();
        Assert.Equal((1, "489 passed, 1 failed, 2 skipped"), (status, lines[^1]));
        Assert.Contains(lines, l => l.StartsWith("tests/run: a process of A.Tests took ", StringComparison.Ordinal));
    }

    // Each waits for the other to have begun, which one after the other never come to.
    [Fact]
    public void Run_TwoProjects_AreRunAtOnceAndPrintedOneAfterTheOther()
    {
        foreach (var (name, other) in new[] { ("A", "B"), ("B", "A") })
        {
            Project(name, 0, Passed);
            First(name, $"""
                echo {name} begins; touch "$FAKE/{name}.begun"
                {Until($"[ -e $FAKE/{other}.begun ]")}
                echo {name} ends; touch "$FAKE/{name}.ended"
                {Until($"[ -e $FAKE/{other}.ended ]")}
                """);
        }
        var (status, lines) = Run();
        Assert.Equal((0, "978 passed, 0 failed, 4 skipped"), (status, lines[^1]));
        foreach (var name in new[] { "A", "B" })
        {
            var at = Array.IndexOf(lines, $"== {name}.Tests");
            Assert.Equal([$"{name} begins", $"{name} ends", Passed], lines[(at + 1)..(at + 4)]);
        }
    }

    [Fact]
    public void Run_AProcessAboveTheLimit_IsItsOwnProjectsFailure()
    {
        var runner = Path.Combine(_folder, "tests", "run");
        File.WriteAllText(runner, File.ReadAllText(runner).Replace("memory_limit=$((4 << 20))", "memory_limit=$((48 << 10))"));
        Project("A", 0, Passed);
        Project("B", 0, Passed);
        // 64 MiB, held until the watch has seen them
        const string seen = """
            [ "$(cat "$results/peak" 2>/dev/null || echo 0)" -gt 49152 ]
            """;
        First("A", $"""
            (head -c 67108864 /dev/zero; {Until(seen)}) | tail -c 67108864 >/dev/null
            touch "$FAKE/A.seen"
            """);
        First("B", Until("[ -e $FAKE/A.seen ]"));
        var (status, lines) = Run();
        Assert.Equal((1, "978 passed, 1 failed, 4 skipped"), (status, lines[^1]));
        Assert.Contains(lines, l => l.StartsWith("tests/run: a process of A.Tests took ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("tests/run: a process of B.Tests took ", StringComparison.Ordinal));
    }

    // The script that ran it was killed before it could count.
    [Fact]
    public void Run_ProjectThatLeavesNoCount_IsAFailure()
    {
        Project("A", 0, Passed);
        Project("B", 0, Passed);
        First("B", "kill -9 $PPID");
        var (status, lines) = Run();
        Assert.Equal((1, "489 passed, 1 failed, 2 skipped"), (status, lines[^1]));
    }

    [Fact]
    public void Run_Ended_LeavesNoProjectRunning()
    {
        Project("A", 0, Passed);
        First("A", """
            echo $$ >"$FAKE/A.pid"
            kill "$(awk '/^PPid:/ { print $2 }' /proc/$PPID/status)"

            """ + Until("false"));
        Assert.Equal(130, Run().Status);
        var id = int.Parse(File.ReadAllText(At("A.pid")));
        Assert.True(SpinWait.SpinUntil(() => !IsRunning(id), TimeSpan.FromMinutes(1)), "the project runs on");
    }

    private static bool IsRunning(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Fact]
    public void Run_AHangingTest_IsGivenAQuarterOfAnHour() =>
        Assert.Contains("hang_limit=15m", File.ReadAllText(SourceTree.At("tests", "run")));

    [Fact]
    public void ContinuousIntegration_RunsExactlyThis() =>
        Assert.Equal(["#!/usr/bin/env bash", "exec \"$(dirname \"${BASH_SOURCE[0]}\")/../tests/run\""],
            File.ReadAllLines(SourceTree.At(".ci", "run")));

    // The runner takes every folder that is named so: a project under another name, or one that no solution builds, would never run.
    [Fact]
    public void TestProjects_AllOfThem_AreNamedAsTheRunnerLooksAndBuiltByTheSolution()
    {
        var solution = File.ReadAllText(SourceTree.At("DataEfficiency.sln"));
        var projects = Directory.GetDirectories(SourceTree.At("tests")).SelectMany(d => Directory.GetFiles(d, "*.csproj"))
            .Where(p => File.ReadAllText(p).Contains("Microsoft.NET.Test.Sdk", StringComparison.Ordinal))
                .Select(p => Path.GetFileNameWithoutExtension(p)!);
        Assert.Superset(new HashSet<string> { "DataEfficiency.Prompts.Tests", "DataEfficiency.Engine.Tests" }, projects.ToHashSet());
        Assert.All(projects, p => Assert.EndsWith(".Tests", p));
        Assert.All(projects, p => Assert.Contains($"{p}.csproj", solution));
    }

    private string At(string file) => Path.Combine(_folder, file);

    private void Project(string name, int status, params string[] output)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tests", $"{name}.Tests"));
        File.WriteAllLines(At($"{name}.Tests.log"), output);
        File.WriteAllText(At($"{name}.Tests.status"), $"{status}");
    }

    // What a project's run does before it prints its log.
    private void First(string name, string script) => File.WriteAllText(At($"{name}.Tests.first"), script.ReplaceLineEndings("\n") + "\n");

    // In the shell: goes on once something holds, and ends the run as failed where it does not come to hold in a minute.
    private static string Until(string condition) =>
        $"for try in $(seq 600); do {condition} && break; [ $try -lt 600 ] || exit 9; sleep .1; done";

    private void Script(string name, string text)
    {
        var path = At(name);
        File.WriteAllText(path, "#!/usr/bin/env bash\n" + text.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private (int Status, string[] Lines) Run()
    {
        var start = new ProcessStartInfo("bash", ["-c", "tests/run 2>&1"]) { WorkingDirectory = _folder, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        (start.Environment["FAKE"], start.Environment["CHROMIUM_PATH"]) = (_folder, At("browser"));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd('\n').Split('\n'));
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
