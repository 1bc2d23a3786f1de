using System.Globalization;
using System.Text.Json;
using DataEfficiency.Cli.Evaluating;
using DataEfficiency.Engine.Tests.Cli;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Cli.Evaluating;

public sealed class EvaluationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evaluate").FullName;

    // Two models' published curves, one draw of each: the whole gives .031.
    [GoldenFact]
    public void Run_OnPublishedCurves_KeepsItsPromises()
    {
        KnownCurve[] curves = [.. ResultsFolder.Read(Fixtures.At("golden", "paper", "finetune_results"),
            Fixtures.At("golden", "paper", "human_eval.json"), "coqa,qa_wikidata,squad_v2,disfl_qa", Assert.Fail)
            .Select(t => new KnownCurve(t)).Where(c => c.Gap >= Target.SmallestGap)];
        var result = new Evaluation(curves, null, signals: 1, tests: 1).Run(CancellationToken.None);
        EstimatorResult Posterior(string noise, int labels) =>
            result.Estimators.Single(e => e is { Name: "posterior", Target: .9 } && e.Noise == noise && e.Labels == labels);
        Assert.InRange(Posterior("exact", 200).AucError, 0, .035);
        Assert.True(Posterior("exact", 1000).AucError < Posterior("exact", 200).AucError);
        Assert.True(Posterior("exact", 200).AucError < Posterior("exact", 32).AucError);
        Assert.Equal(Evaluation.Labels.Count * Noise.All.Count,
            result.Estimators.Count(e => e is { Name: "posterior", Target: .9 }));
    }

    [Fact]
    public void Verb_OnAFolder_GivesEstimatorsAndRules()
    {
        for (var i = 0; i < 3; i++) Write($"one_task-{i}_full_result_v2.json", Curve(.2 + .2 * i));
        var areas = Write("one_auc.json", """{"task-0":{"extrapolation_auc":0.9},"unknown":{"extrapolation_auc":0.1}}""");
        var result = CommandLineTests.Json("evaluate", "--results", _folder, "--areas", areas);
        Assert.Equal((0, 1), (result.GetProperty("areas").GetProperty("reproduced").GetInt32(),
            result.GetProperty("areas").GetProperty("of").GetInt32()));
        var estimators = result.GetProperty("estimators").EnumerateArray().ToArray();
        Assert.Equal(["exact", "250", "1000", "cv"], estimators.Select(e => e.GetProperty("noise").GetString()!).Distinct());
        Assert.Equal(Evaluation.Labels, estimators.Select(e => e.GetProperty("labels").GetInt32()).Distinct().Order());
        var first = estimators.First(e => e.GetProperty("name").GetString() == "posterior");
        Assert.All(["aucError", "bits", "examples"], n => Assert.Equal(JsonValueKind.Number, first.GetProperty(n).ValueKind));
        Assert.InRange(first.GetProperty("need80").GetProperty("coverage").GetDouble(), 0, 1);
        Assert.InRange(first.GetProperty("band80").GetProperty("coverage").GetDouble(), 0, 1);
        Assert.Equal(["A", "B", "C", "doubling", "fixed500", "paper", "steady"],
            result.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("name").GetString()!).Distinct()
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_Twice_GivesTheSame()
    {
        KnownCurve[] curves = [.. Enumerable.Range(0, 3).Select(i => KnownCurveTests.Of("m", $"t{i}",
            new() { [0] = .1, [50] = .2 + .2 * i, [500] = .8, [5000] = 1 }))];
        string Run() => JsonSerializer.Serialize(new Evaluation(curves, null, signals: 2, tests: 2).Run(CancellationToken.None));
        Assert.Equal(Run(), Run());
    }

    [Theory]
    [InlineData("""{"a":2}""", "CoS-Low")]
    [InlineData("""{"a":"x"}""", "line 1")]
    public void Verb_BadCosLow_SaysWhatAndWhere(string json, string said)
    {
        for (var i = 0; i < 3; i++) Write($"one_task-{i}_full_result_v2.json", """{"0":{"accuracy":0.1},"5000":{"accuracy":1}}""");
        var (code, _, error) = CommandLineTests.Run("evaluate", "--results", _folder, "--cos-low", Write("c.json", json));
        Assert.Equal(2, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verb_TwoTasks_SaysHowManyItNeeds()
    {
        for (var i = 0; i < 2; i++) Write($"one_task-{i}_full_result_v2.json", """{"0":{"accuracy":0.1},"5000":{"accuracy":1}}""");
        var (code, _, error) = CommandLineTests.Run("evaluate", "--results", _folder);
        Assert.Equal(2, code);
        Assert.Contains("at least 3 tasks", error, StringComparison.Ordinal);
    }

    private static string Curve(double at50) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"0":{"accuracy":0.1},"32":{"accuracy":0.3},"50":{"accuracy":{{{at50}}}},"500":{"accuracy":0.8},"5000":{"accuracy":1}}
        """);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
