using System.Diagnostics;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using TorchSharp;

namespace DataEfficiency.Engine.Tests;

/// <summary>A real chat model of 135 M parameters (golden/smollm2/README.md), unpacked with Node.js into a folder of its own.</summary>
public sealed class SmolLm2Tests
{
    [GoldenFact]
    public void Estimator_OnARealModel_GivesTheReferencesConfidencesAndCosLow()
    {
        var folder = Directory.CreateTempSubdirectory("smollm2").FullName;
        var threads = torch.get_num_threads();
        torch.set_num_threads(Environment.ProcessorCount);
        try
        {
            Unpack(folder);
            var golden = JsonNode.Parse(File.ReadAllText(Fixtures.At("golden", "smollm2", "golden.json")))!;
            // Short prompts, and one of the five with 77 labels in the system message.
            var ranked = golden["prompts"]!.AsArray().Select(p => p!).Where((p, i) => i < 6 || GoldenModel.Ints(p["prompt_ids"]).Length > 600).Take(7).ToList();
            var labelled = golden["labelled"]!.AsArray().Select(p => p!).ToList();
            var prompts = new GoldenPrompts([.. ranked, .. labelled], GoldenModel.Ints(golden["masked_ids"]).ToHashSet(), GoldenModel.Ints(golden["eos_ids"]).ToHashSet(), "gold");
            using var estimator = Estimator.Load(folder, prompts);
            CheckRanking(estimator, ranked);
            CheckForecast(estimator, labelled, golden["gradients"]!["seeds"]!);
        }
        finally
        {
            torch.set_num_threads(threads);
            Directory.Delete(folder, true);
        }
    }

    private static void CheckRanking(Estimator estimator, List<JsonNode> items)
    {
        var ranked = estimator.Rank(null, [.. items.Select(p => (string)p["prompt"]!)]);
        for (var n = 0; n < items.Count; n++)
        {
            Assert.Equal(GoldenModel.Ints(items[n]["greedy_ids"]), ranked[n].Tokens);
            GoldenModel.Near((double)items[n]["confidence"]!, ranked[n].Confidence, 2e-5, $"prompt {n}");
            GoldenModel.Near(1, ranked[n].Perplexity / (double)items[n]["perplexity"]!, 5e-5, $"prompt {n} perplexity");
        }
    }

    private static void CheckForecast(Estimator estimator, List<JsonNode> labelled, JsonNode seeds)
    {
        var first = seeds is JsonObject ? seeds["1"]! : seeds[0]!;
        var examples = labelled.Select(p => new Example((string)p["prompt"]!, (string)p["gold"]!)).ToList();
        var estimate = estimator.Forecast(new ForecastRequest(null, examples, new Target(.9), 5000));
        GoldenModel.Near((double)first["cos_low"]!, estimate.CosLow.Median!.Value, 5e-5, "CoS-Low");
        GoldenModel.Near((double)first["median_equal_answers"]!, estimate.CosLow.WithinAnswers!.Value, 5e-5, "within equal answers");
        GoldenModel.Near((double)first["median_different_answers"]!, estimate.CosLow.BetweenAnswers!.Value, 5e-5, "between different answers");
        using var file = SafetensorsFile.Open(Fixtures.At("golden", "smollm2", "cosine.safetensors"));
        using var scope = torch.NewDisposeScope();
        var expected = file.Read("cosine.seed1", torch.float64).data<double>().ToArray();
        var norms = GoldenModel.Doubles(first["grad_norms"]);
        for (var i = 0; i < examples.Count; i++)
        {
            GoldenModel.Near((double)labelled[i]["loss"]!, estimate.Losses[i]!.Value, 5e-5, $"loss {i}");
            GoldenModel.Near(1, estimator.Observe(null, examples[i]).GradientNorm!.Value / norms[i], 1e-4, $"norm {i}");
            for (var j = 0; j < examples.Count; j++) GoldenModel.Near(expected[i * examples.Count + j], estimate.CosLow.Cosines[i][j], 5e-5, $"cosine {i} {j}");
        }
    }

    private static void Unpack(string target)
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Fixtures.At("models", "unpack.mjs"), Fixtures.At("models", "SmolLM2-135M-Instruct"), target]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = node.StandardOutput.ReadToEnd() + node.StandardError.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, $"unpacking failed: {output}");
    }
}
