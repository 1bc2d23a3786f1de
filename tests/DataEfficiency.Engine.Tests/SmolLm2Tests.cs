using System.Diagnostics;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

/// <summary>SmolLM2-135M-Instruct unpacked with Node.js into a folder of its own and loaded once, with the reference's
/// numbers (golden/smollm2/README.md).</summary>
public sealed class SmolLm2Model : IDisposable
{
    private readonly int _threads = get_num_threads();
    private readonly string _folder = Directory.CreateTempSubdirectory("smollm2").FullName;
    private Estimator? _estimator;

    public SmolLm2Model()
    {
        if (Fixtures.Root is null) return;
        ResidentMemory.GiveBack();
        set_num_threads(Environment.ProcessorCount);
        Json = JsonNode.Parse(File.ReadAllText(Fixtures.At("golden", "smollm2", "golden.json")))!;
        Unpack();
    }

    public Estimator Estimator => _estimator ??= Estimator.Load(_folder, new EngineOptions { Device = "cpu" });

    /// <summary>Lets model and kept rows go; the next use loads it again.</summary>
    public void Release()
    {
        _estimator?.Dispose();
        _estimator = null;
        ResidentMemory.GiveBack();
    }

    public JsonNode Json { get; } = null!;

    public IReadOnlyList<JsonNode> Labelled => [.. Json["labelled"]!.AsArray().Select(p => p!)];

    public JsonNode Seed(int seed) => Json["gradients"]!["seeds"]!.AsArray().First(s => (int)s!["seed"]! == seed)!;

    private void Unpack()
    {
        string[] arguments = [Fixtures.At("models", "unpack.mjs"), Fixtures.At("models", "SmolLM2-135M-Instruct"), _folder];
        using var node = Process.Start(
            new ProcessStartInfo("node", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = node.StandardOutput.ReadToEnd() + node.StandardError.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, $"unpacking failed: {output}");
    }

    public void Dispose()
    {
        Release();
        set_num_threads(_threads);
        Directory.Delete(_folder, true);
    }
}

/// <summary>A theory on golden numbers that takes a minute: run where DATAEFFICIENCY_LONG_TESTS is set, and visibly skipped elsewhere.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongGoldenTheoryAttribute : TheoryAttribute
{
    public LongGoldenTheoryAttribute() => Skip = Fixtures.Root is null ? Fixtures.Missing
        : AreAskedFor ? null
        : "Takes a minute: set DATAEFFICIENCY_LONG_TESTS=1. The first seed and a quarter of the prompts run all the same.";

    public static bool AreAskedFor => Environment.GetEnvironmentVariable("DATAEFFICIENCY_LONG_TESTS") is not null;
}

/// <summary>A real chat model of 135 M parameters against the Python reference.</summary>
public sealed class SmolLm2Tests(SmolLm2Model model) : IClassFixture<SmolLm2Model>, IDisposable
{
    // Prompts are checked in so many parts: the first of them always, all where long tests are asked for.
    private const int Parts = 4;

    public static TheoryData<int> TheParts =>
        [.. Enumerable.Range(0, LongGoldenTheoryAttribute.AreAskedFor ? Parts : 1)];

    private static bool[] Bools(JsonNode? list) => [.. list!.AsArray().Select(b => (bool)b!)];

    [GoldenTheory, MemberData(nameof(TheParts))]
    public void Greedy_ThePrompts_GiveTheReferencesTokensProbabilitiesAndConfidences(int part)
    {
        var prompts = model.Estimator.Prompts;
        var greedy = new GreedyDecoder(model.Estimator.Session, prompts.Eos);
        var items = Decoded(part);
        var ids = items.Select(p => prompts.Prompt(null, (string)p["prompt"]!)).ToArray();
        foreach (var (places, shared) in BySystemMessage(ids))
        {
            using var prefix = model.Estimator.Session.Decoder.Prefix(ids[places[0]][..shared]);
            var answers = greedy.Run(prefix, [.. places.Select(i => new ArraySegment<int>(ids[i], shared, ids[i].Length - shared))]);
            for (var n = 0; n < places.Length; n++) Check(items[places[n]], ids[places[n]], answers[n], prompts);
        }
    }

    // How near a greedy step came to another token: one pass over prompts and answers gives the logits of every step. The tolerance, from
    // the README's noise of a token's largest probability, 1.2e-5: at probability 1/2, where it weighs least, that is 5e-5 of the lead
    // (1.2e-5 / (p (1 - p))); twice that for another order of summation.
    [LongGoldenTheory, InlineData(1)]
    public void Logits_BehindTheGreedyAnswers_GiveTheReferencesSmallestLeads(int part)
    {
        var decoder = model.Estimator.Session.Decoder;
        using var plain = no_grad();
        var items = Decoded(part);
        int[][] prompts = [.. items.Select(p => GoldenModel.Ints(p["prompt_ids"]))];
        int[][] answers = [.. items.Select(p => GoldenModel.Ints(p["greedy_ids"]))];
        foreach (var (places, shared) in BySystemMessage(prompts))
            foreach (var batch in places.OrderBy(i => prompts[i].Length).Chunk(8))
            {
                using var scope = NewDisposeScope();
                var own = batch.Select(i => prompts[i][shared..].Concat(answers[i]).Select(id => (long)id).ToArray()).ToArray();
                var time = own.Max(o => o.Length);
                var padded = tensor((long[])[.. own.SelectMany(o => o.Concat(new long[time - o.Length]))]).view(batch.Length, time);
                var prefix = tensor(prompts[batch[0]][..shared].Select(id => (long)id).ToArray()).unsqueeze(0);
                var hidden = decoder.HiddenBehind(prefix, padded);
                for (var b = 0; b < batch.Length; b++)
                {
                    var (prompt, answer) = (prompts[batch[b]], answers[batch[b]]);
                    var (best, ids) = decoder.Logits(hidden[b].narrow(0, prompt.Length - shared - 1, answer.Length)).topk(2);
                    Assert.Equal(answer.Select(id => (long)id), ids.select(1, 0).contiguous().data<long>());
                    var lead = best.select(1, 0).add(best.select(1, 1), Operand.MinusOne).min().ToDouble();
                    GoldenModel.Near((double)items[batch[b]]["smallest_margin"]!, lead, 1e-4, $"prompt {batch[b]}");
                }
            }
    }

    // Prompts and labelled items with greedy ids; two of the latter have none, as a step of theirs leads by too little.
    private List<JsonNode> Decoded(int part)
    {
        var items =
            model.Json["prompts"]!.AsArray().Concat(model.Labelled).Select(p => p!).Where(p => p["greedy_ids"] is not null).ToList();
        Assert.Equal(64 + 30, items.Count);
        return [.. items.Where((_, i) => i % Parts == part)];
    }

    // The prompts of one system message together, with the number of ids that they share; each keeps one of its own.
    private static IEnumerable<(int[] Places, int Shared)> BySystemMessage(int[][] ids)
    {
        foreach (var group in Enumerable.Range(0, ids.Length).GroupBy(i => string.Join(' ', ids[i].Take(40))))
        {
            int[] places = [.. group];
            var shared = ids[places[0]].Length - 1;
            foreach (var i in places)
                shared = Math.Min(Math.Min(shared, ids[i].Length - 1), ids[places[0]].AsSpan().CommonPrefixLength(ids[i]));
            yield return (places, shared);
        }
    }

    private static void Check(JsonNode item, int[] prompt, Generated answer, IPrompts prompts)
    {
        var what = ((string)item["prompt"]!)[^Math.Min(120, ((string)item["prompt"]!).Length)..];
        Assert.Equal(GoldenModel.Ints(item["prompt_ids"]), prompt);
        Assert.Equal(GoldenModel.Ints(item["greedy_ids"]), answer.Tokens);
        Assert.Equal((string)item["greedy_text"]!, prompts.Decode(answer.Tokens));
        Assert.Equal(Bools(item["kept"]), answer.Tokens.Select(t => !prompts.Masked.Contains(t)));
        var expected = GoldenModel.Doubles(item["max_prob"]);
        for (var t = 0; t < expected.Length; t++) GoldenModel.Near(expected[t], answer.Probabilities[t], 5e-5, $"{what} token {t}");
        var confidence = Confidence.Of(answer, prompts.Masked);
        Assert.Equal((bool)item["no_kept_token"]!, confidence.NoKeptToken);
        foreach (var precision in new[] { "", "_f64" }.Where(p => item["confidence" + p] is not null))
        {
            GoldenModel.Near((double)item["confidence" + precision]!, confidence.Mean, 2e-5, $"{what} confidence{precision}");
            GoldenModel.Near(1, confidence.Perplexity / (double)item["perplexity" + precision]!, 5e-5, $"{what} perplexity{precision}");
        }
    }

    // Through the door: texts in, plain numbers out.
    [GoldenFact]
    public void Estimator_OfTheLabelledItems_RanksAndForecastsAsTheReferenceWithItsFirstSeed()
    {
        var (estimator, labelled, golden) = (model.Estimator, model.Labelled, model.Seed(1));
        var pool = model.Json["prompts"]!.AsArray().Select(p => p!).Take(3).ToList();
        var ranked = estimator.Rank(null, [.. pool.Select(p => (string)p["prompt"]!)]);
        for (var n = 0; n < pool.Count; n++)
        {
            Assert.Equal(GoldenModel.Ints(pool[n]["greedy_ids"]), ranked[n].Tokens);
            GoldenModel.Near((double)pool[n]["confidence"]!, ranked[n].Confidence, 2e-5, $"prompt {n}");
            GoldenModel.Near(1, ranked[n].Perplexity / (double)pool[n]["perplexity"]!, 5e-5, $"prompt {n} perplexity");
        }

        var examples = labelled.Select(p => new Example((string)p["prompt"]!, (string)p["gold"]!)).ToList();
        var estimate = estimator.Forecast(new ForecastRequest(null, examples, new Target(.9), 5000));
        GoldenModel.Near((double)golden["cos_low"]!, estimate.CosLow.Median!.Value, 5e-5, "CoS-Low");
        GoldenModel.Near((double)golden["median_equal_answers"]!, estimate.CosLow.WithinAnswers!.Value, 5e-5, "within equal answers");
        GoldenModel.Near((double)golden["median_different_answers"]!, estimate.CosLow.BetweenAnswers!.Value, 5e-5,
            "between different answers");
        var norms = GoldenModel.Doubles(golden["grad_norms"]);
        for (var i = 0; i < examples.Count; i++)
        {
            Assert.Equal(GoldenModel.Ints(labelled[i]["answer_ids"]), estimator.Prompts.Answer(examples[i].Answer));
            foreach (var key in new[] { "loss", "loss_f64" }.Where(k => labelled[i][k] is not null))
                GoldenModel.Near((double)labelled[i][key]!, estimate.Losses[i]!.Value, 5e-5, $"{key} {i}");
            GoldenModel.Near(1, estimator.Observe(null, examples[i]).GradientNorm!.Value / norms[i], 1e-4, $"norm {i}");
        }
        CheckCosines(1, estimate.CosLow.Cosines);
    }

    // The door's test has the first seed; this one is as good as the third.
    [LongGoldenTheory, InlineData(2)]
    public void Rows_OfAnotherSeed_GiveTheReferencesCosines(int seed)
    {
        var (session, prompts, labelled, golden) = (model.Estimator.Session, model.Estimator.Prompts, model.Labelled, model.Seed(seed));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, seed, 64);
        var sequences = labelled.Select(p =>
            TokenSequence.Answer(prompts.Prompt(null, (string)p["prompt"]!), prompts.Answer((string)p["gold"]!), prompts.Masked));
        using var rows = new GradientRows(session, matrices, 32);
        var computed = sequences.Chunk(4).SelectMany(part => rows.Compute(part)).ToList();
        var norms = computed.Select(r => GramMatrix.Norm(r.Values)).ToArray();
        var expected = GoldenModel.Doubles(golden["grad_norms"]);
        var cosines = computed.Select(_ => new double[computed.Count]).ToArray();
        List<double> all = [], within = [], between = [];
        for (var i = 0; i < computed.Count; i++)
        {
            GoldenModel.Near(1, norms[i] / expected[i], 1e-4, $"norm {i}");
            GoldenModel.Near((double)labelled[i]["loss"]!, computed[i].Loss!.Value, 5e-5, $"loss {i}");
            cosines[i][i] = 1;
            for (var j = 0; j < i; j++)
            {
                cosines[i][j] = cosines[j][i] = GramMatrix.Dot(computed[i].Values, computed[j].Values) / (norms[i] * norms[j]);
                all.Add(cosines[i][j]);
                ((string)labelled[i]["gold"]! == (string)labelled[j]["gold"]! ? within : between).Add(cosines[i][j]);
            }
        }
        CheckCosines(seed, cosines);
        GoldenModel.Near((double)golden["cos_low"]!, Median(all), 5e-5, "CoS-Low");
        GoldenModel.Near((double)golden["median_equal_answers"]!, Median(within), 5e-5, "within equal answers");
        GoldenModel.Near((double)golden["median_different_answers"]!, Median(between), 5e-5, "between different answers");
    }

    [GoldenFact]
    public void AdapterGradient_AtBZero_HasNoGradientForA()
    {
        var decoder = model.Estimator.Session.Decoder;
        var prompts = model.Estimator.Prompts;
        var shortest = model.Labelled.MinBy(p => GoldenModel.Ints(p["prompt_ids"]).Length)!;
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 64);
        using var adapter = new LoraAdapter(decoder.Config, matrices, 32, CPU);
        var gradient = AdapterGradient.Of(decoder, adapter,
            TokenSequence.Answer(GoldenModel.Ints(shortest["prompt_ids"]), GoldenModel.Ints(shortest["answer_ids"]), prompts.Masked));
        float OfMatrix(int which) =>
            adapter.Spans.Where((_, i) => i % 2 == which).Max(p => gradient.AsSpan((int)p.Offset, (int)p.Size).ToArray().Max(Math.Abs));
        Assert.Equal((double)model.Seed(1)["max_abs_dA"]!, OfMatrix(0));
        Assert.True(OfMatrix(1) > 0);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    private static void CheckCosines(int seed, double[][] cosines)
    {
        using var file = SafetensorsFile.Open(Fixtures.At("golden", "smollm2", "cosine.safetensors"));
        using var scope = NewDisposeScope();
        var expected = file.Read($"cosine.seed{seed}", float64).data<double>().ToArray();
        Assert.Equal(expected.Length, cosines.Length * cosines.Length);
        for (var i = 0; i < cosines.Length; i++)
            for (var j = 0; j < cosines.Length; j++)
                GoldenModel.Near(expected[i * cosines.Length + j], cosines[i][j], 5e-5, $"seed {seed} cosine {i} {j}");
    }

    // The rows of one test, those that the estimator keeps too, are gone before the next one's.
    public void Dispose() => model.Release();
}
