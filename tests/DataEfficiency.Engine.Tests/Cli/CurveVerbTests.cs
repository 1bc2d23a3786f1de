using System.Text.Json;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class CurveVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("curves").FullName;

    [GoldenFact]
    public void Curve_PublishedResults_ReproduceEveryPublishedArea()
    {
        var curves =
            CommandLineTests.Json(
                "curve", "--results", Fixtures.At("golden", "paper", "finetune_results"), "--human-scores",
                    Fixtures.At("golden", "paper", "human_eval.json"),
            "--f1", "coqa,qa_wikidata,squad_v2,disfl_qa").GetProperty("curves").EnumerateArray().ToDictionary(
                c => (c.GetProperty("model").GetString()!, c.GetProperty("task").GetString()!));
        var compared = 0;
        foreach (var file in Directory.GetFiles(Fixtures.At("golden", "paper", "auc")))
        {
            var model = Path.GetFileName(file).Split('_')[0];
            using var published = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var task in published.RootElement.EnumerateObject())
            {
                var curve = curves[(model, task.Name)];
                foreach (var (ours, theirs) in new[]
                    { ("auc", "extrapolation_auc"), ("minimum", "min_acc"), ("maximum", "max_acc"), ("ceiling", "human_eval") })
                    Assert.True(
                        Math.Abs(curve.GetProperty(ours).GetDouble() - task.Value.GetProperty(theirs).GetDouble()) <= 1e-12,
                            $"{model} {task.Name} {ours}");
                compared++;
            }
        }
        Assert.Equal(curves.Count, compared);
        Assert.True(compared >= 70, $"{compared} curves");
    }

    [Fact]
    public void Curve_OneFile_PrintsItsPoints()
    {
        var file = Write(
            "tiny_my_task_full_result_v2.json", """{"0":{"accuracy":0.2},"50":{"accuracy":0.5},"8":{"other":1},"5000":{"accuracy":0.8}}""");
        var human = Write("human.json", """{"my_task":{"score":1.0},"other":{"score":"none"},"third":null}""");
        var curve = CommandLineTests.Json("curve", "--results", file, "--human-scores", human).GetProperty("curves")[0];
        Assert.Equal(
            ("tiny", "my_task", 1.0),
                (curve.GetProperty("model").GetString(), curve.GetProperty("task").GetString(), curve.GetProperty("ceiling").GetDouble()));
        var point = curve.GetProperty("points")[1];
        Assert.Equal(
            (50, .5, .375),
                (point.GetProperty("examples").GetInt32(), point.GetProperty("score").GetDouble(),
                    Math.Round(point.GetProperty("y").GetDouble(), 12)));
        Assert.Equal(JsonValueKind.Null, curve.GetProperty("points")[2].GetProperty("score").ValueKind);
    }

    [Theory]
    [InlineData("a_b_full_result_v2.json", "{", "not valid JSON")]
    [InlineData("a_b_full_result_v2.json", "[]", "JSON object")]
    [InlineData("a_b_full_result_v2.json", """{"50":{"loss":1}}""", "accuracy")]
    [InlineData("a_b_full_result_v2.json", """{"many":{"accuracy":1}}""", "many")]
    [InlineData("a_b_full_result_v2.json", """{"50":{"accuracy":"high"}}""", "50 examples")]
    [InlineData("nounderscore.json", "{}", "MODEL_TASK")]
    public void Curve_DamagedFile_Exits2AndNamesIt(string name, string text, string named)
    {
        var (code, _, error) = CommandLineTests.Run("curve", "--results", Write(name, text), "--json");
        Assert.Equal(2, code);
        Assert.Contains(name, error);
        Assert.Contains(named, error);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
