using System.Text.Json;

namespace DataEfficiency.Engine.Tests.Cli.Evaluating;

public sealed class OutsideEvaluationTests
{
    private static readonly string Bundled = Path.Combine(AppContext.BaseDirectory, "BundledModel");

    // A task that is easy to learn, without checks: those of a whole run take minutes.
    [Fact]
    public void Verb_ATaskOutsideTheFit_IsForecastFromItsAnswersAndLowerFromAnswersAtRandom()
    {
        var result = CommandLineTests.Json("evaluate-outside", "--model", Bundled, "--tasks", "log-line", "--labels", "0", "32", "60",
            "--device", "cpu");
        var task = Assert.Single(result.GetProperty("tasks").EnumerateArray());
        Assert.Equal("log-line", task.GetProperty("name").GetString());
        var (area, truthful, random) = (task.GetProperty("area").GetDouble(), Forecasts(task, "truthful"), Forecasts(task, "atRandom"));
        Assert.Equal([0, 32, 60], truthful.Select(f => f.GetProperty("labels").GetInt32()));
        Assert.Equal(JsonValueKind.Null, truthful[0].GetProperty("from").ValueKind);
        Assert.Equal("probeOfLow", truthful[1].GetProperty("from").GetString());
        Assert.All(truthful, f => Assert.Equal(0, f.GetProperty("checks").GetInt32()));
        // before an answer both are the same; the answers bring the forecast nearer to the truth, answers at random do not
        Assert.Equal(Area(truthful[0]), Area(random[0]));
        Assert.True(Math.Abs(Area(truthful[2]) - area) < Math.Abs(Area(truthful[0]) - area), $"{truthful[2]} of {area}");
        Assert.True(Area(random[2]) < Area(truthful[2]), $"{random[2]} {truthful[2]}");
        var summary = result.GetProperty("summary").EnumerateArray().Last();
        Assert.Equal(Math.Abs(Area(truthful[2]) - area), summary.GetProperty("areaError").GetDouble(), 1e-9);
    }

    [Fact]
    public void Verb_TaskOfTheFit_IsRefusedWithThoseThatThereAre()
    {
        var (code, _, error) = CommandLineTests.Run("evaluate-outside", "--model", Bundled, "--tasks", "priority");
        Assert.Equal(2, code);
        Assert.Contains("'priority'", error, StringComparison.Ordinal);
        Assert.Contains("log-line", error, StringComparison.Ordinal);
    }

    private static JsonElement[] Forecasts(JsonElement task, string kind) => [.. task.GetProperty(kind).EnumerateArray()];

    private static double Area(JsonElement forecast) => forecast.GetProperty("area").GetDouble();
}
