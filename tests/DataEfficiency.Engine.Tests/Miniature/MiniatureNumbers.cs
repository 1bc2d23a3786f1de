// golden.json, golden.safetensors and lora_trained/ of the miniature, in the form of the golden models (their README says what each number
// is). All of it in float64 by the plain way; where the golden models have a float32 and a float64 number, both are this one.
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Miniature;

internal sealed class MiniatureNumbers
{
    private const double Scale = (double)MiniatureFiles.Alpha / MiniatureFiles.Rank;
    private static readonly int[] Eos = [2, 0];

    private readonly string _folder;
    private readonly PlainModel _model;
    private readonly PromptBuilder _prompts;
    private readonly HashSet<int> _masked;
    private readonly List<(string Id, string Prompt, string Answer, PlainExample Example)> _items;
    private readonly Dictionary<string, Tensor> _a;
    private readonly List<(string Name, Tensor Value)> _arrays = [];

    private MiniatureNumbers(string folder)
    {
        _folder = folder;
        using (var file = SafetensorsFile.Open(At("model.safetensors")))
            _model = new PlainModel(ModelConfig.Load(folder), file.Entries.Keys.ToDictionary(k => k, k => file.Read(k, float64)));
        using (var file = SafetensorsFile.Open(At("adapter_A.safetensors")))
            _a = _model.Linears.ToDictionary(l => l, l => file.Read(MiniatureFiles.AdapterName(l, 'A'), float64));
        _prompts = PromptBuilder.Load(folder);
        _masked = [.. Eos, .. new[] { "\n", "\n\n" }.Select(_prompts.Answer).Where(ids => ids.Length == 1).Select(ids => ids[0])];
        _items = [.. MiniatureItems.All.Select(i =>
        {
            static string Turn(string role, string text) => $"<|im_start|>{role}\n{text}<|im_end|>\n";
            var prompt = Turn("system", MiniatureItems.Instruction) + Turn("user", i.Text) + "<|im_start|>assistant\n";
            return (i.Id, prompt, i.Answer, new PlainExample(_prompts.Prompt(null, prompt), _prompts.Answer(i.Answer), _masked));
        })];
    }

    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        new MiniatureNumbers(folder).Write();
    }

    private string At(string file) => Path.Combine(_folder, file);

    private PlainExample Example(string id) => _items.Single(i => i.Id == id).Example;

    private void Write()
    {
        var lead = double.PositiveInfinity;
        var items = new JsonArray([.. _items.Select((item, n) => (JsonNode)Item(item, n, ref lead))]);
        var json = new JsonObject
        {
            ["eos_ids"] = Ints(Eos), ["pad_id"] = 0, ["bos_id"] = 1, ["masked_ids"] = Ints(_masked.Order()), ["items"] = items,
            ["smallest_greedy_margin_in_logits"] = lead,
                ["labelled"] = new JsonArray([.. MiniatureItems.Labelled.Select(id => (JsonNode)id)]),
            ["gradients"] = Gradients(), ["training"] = Training(out var less), ["less"] = less, ["tfew"] = TFew(),
        };
        File.WriteAllText(At("golden.json"), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, IndentSize = 1 }) + "\n");
        MiniatureFiles.WriteMixed(At("golden.safetensors"), _arrays);
    }

    private JsonObject Item((string Id, string Prompt, string Answer, PlainExample Example) item, int n, ref double lead)
    {
        var (prompt, answer) = (item.Example.Prompt, item.Example.Answer);
        List<int> greedy = [];
        List<double> best = [];
        while (greedy.Count < 30 && (greedy.Count == 0 || !Eos.Contains(greedy[^1])))
        {
            var logits = _model.NextLogits([.. prompt, .. greedy]);
            var sorted = logits.OrderDescending().Take(2).ToArray();
            lead = Math.Min(lead, sorted[0] - sorted[1]);
            greedy.Add(Array.IndexOf(logits, sorted[0]));
            best.Add(1 / logits.Sum(l => Math.Exp(l - sorted[0])));
        }
        int[] kept = [.. Enumerable.Range(0, greedy.Count).Where(t => !_masked.Contains(greedy[t]))];
        var none = kept.Length == 0;
        if (none) kept = [0];
        using var plain = no_grad();
        _arrays.Add(($"logits.{n}", _model.AnswerLogits(item.Example).to(float32)));
        double[] losses = answer.Length == 0 ? [] : [.. _model.TokenLosses(item.Example).data<double>()];
        double? loss = item.Example.Kept.Length == 0 ? null : item.Example.Kept.Average(t => losses[t]);
        var json = new JsonObject
        {
            ["id"] = item.Id, ["messages"] = Messages(item.Id), ["prompt"] = item.Prompt, ["prompt_ids"] = Ints(prompt),
            ["answer"] = item.Answer, ["answer_ids"] = Ints(answer), ["decoded_prompt"] = item.Prompt, ["decoded_answer"] = item.Answer,
            ["answer_kept"] = new JsonArray([.. answer.Select(id => (JsonNode)!_masked.Contains(id))]),
            ["greedy_ids"] = Ints(greedy), ["greedy_text"] = _prompts.Decode(greedy), ["greedy_ended_by_eos"] = Eos.Contains(greedy[^1]),
            ["kept"] = new JsonArray([.. greedy.Select(id => (JsonNode)!_masked.Contains(id))]), ["no_kept_token"] = none,
        };
        foreach (var precision in new[] { "", "_f64" })
        {
            json["max_prob" + precision] = Doubles(best);
            json["confidence" + precision] = kept.Average(t => best[t]);
            json["perplexity" + precision] = Math.Exp(kept.Average(t => -Math.Log(best[t])));
            json["token_losses" + precision] = Doubles(losses);
            json["loss" + precision] = loss;
        }
        return json;
    }

    private static JsonArray Messages(string id) => new(
        new JsonObject { ["role"] = "system", ["content"] = MiniatureItems.Instruction },
        new JsonObject { ["role"] = "user", ["content"] = MiniatureItems.All.Single(i => i.Id == id).Text });

    // Of every B at B = 0, one example at a time.
    private JsonObject Gradients()
    {
        var examples = MiniatureItems.Labelled.Select(Example).ToList();
        var (a, b) = Adapter();
        List<double> losses = [];
        List<Tensor[]> rows = [];
        double largest = 0;
        foreach (var example in examples)
        {
            var loss = _model.WithLora(a, b, Scale).Loss(example);
            var gradients = autograd.grad([loss], [.. b.Values, .. a.Values]);
            losses.Add(loss.ToDouble());
            rows.Add([.. gradients.Take(b.Count)]);
            largest = Math.Max(largest, gradients.Skip(b.Count).Max(g => g.abs().max().ToDouble()));
        }
        var flat = stack([.. rows.Select(r => cat([.. r.Select(g => g.view(-1))]))]);
        var norms = flat.pow(2).sum(1).sqrt();
        var cosines = flat.mm(flat.t()) / norms.unsqueeze(1) / norms.unsqueeze(0);
        double[] pairs =
            [.. Enumerable.Range(0, rows.Count).SelectMany(i => Enumerable.Range(0, i).Select(j => cosines[i, j].ToDouble())).Order()];
        var low = (pairs[(pairs.Length - 1) / 2] + pairs[pairs.Length / 2]) / 2;
        _arrays.Add(("cosine", cosines.to(float32)));
        _arrays.Add(("cosine_f64", cosines));
        _arrays.Add(("grad_norm_per_linear", stack([.. rows.Select(r => stack([.. r.Select(g => g.pow(2).sum().sqrt())]))]).to(float32)));
        _arrays.Add(("grad_B_of_first", flat[0].to(float32)));
        return new JsonObject
        {
            ["r"] = MiniatureFiles.Rank, ["alpha"] = MiniatureFiles.Alpha, ["losses"] = Doubles(losses),
            ["grad_norms"] = Doubles(norms.data<double>()),
            ["grad_norms_f64"] = Doubles(norms.data<double>()), ["max_abs_dA"] = largest, ["cos_low"] = low, ["cos_low_f64"] = low,
        };
    }

    private (Dictionary<string, Tensor> A, Dictionary<string, Tensor> B) Adapter() =>
        (_a.ToDictionary(l => l.Key, l => l.Value.clone().requires_grad_()),
            _a.ToDictionary(l => l.Key, l => Leaf(zeros([Out(l.Key), MiniatureFiles.Rank], float64))));

    private long Out(string linear) => _model.Weights[linear + ".weight"].shape[0];

    private static Tensor Leaf(Tensor value) => value.detach().clone().requires_grad_();

    private JsonObject Training(out JsonObject less)
    {
        var examples = MiniatureItems.Labelled.Select(Example).ToList();
        var batches = MiniatureItems.Batches.Select(b => b.Select(i => examples[i]).ToList()).ToList();
        JsonObject Run(PlainTraining training) => training.Run(batches, examples);

        var (a, b) = Adapter();
        var leaves = _model.Linears.SelectMany(l => new[] { a[l], b[l] }).ToList();
        var steps = new PlainTraining(leaves, () => _model.WithLora(a, b, Scale), .01, .01);
        var lora = Run(steps);
        lora["merged_prompt"] = "short";
        WriteTrained(a, b);
        less = Less(a, b, steps);

        var weights = _model.Weights.ToDictionary(w => w.Key, w => Leaf(w.Value));
        var full = Run(new PlainTraining([.. weights.Values], () => _model.With(weights.Select(w => (w.Key, w.Value))), 1e-4, .01));

        var scaled = _model.Linears.Where(l => l.EndsWith("k_proj") || l.EndsWith("v_proj") || l.EndsWith("down_proj"));
        var vectors = scaled.ToDictionary(l => l, l => Leaf(ones(l.EndsWith("down_proj") ? MiniatureFiles.Wide : Out(l), float64)));
        var ia3 = Run(new PlainTraining([.. vectors.Values], () => _model.WithIa3(vectors), .01, 0));
        ia3["parameters"] = vectors.Values.Sum(v => v.numel());
        _arrays.AddRange(vectors.Select(v => ("ia3." + v.Key, v.Value.detach().to(float32))));
        return new JsonObject
        {
            ["batches"] = new JsonArray([.. MiniatureItems.Batches.Select(batch => (JsonNode)Ints(batch))]),
            ["lora"] = lora, ["lora_f64"] = lora.DeepClone(), ["full"] = full, ["full_f64"] = full.DeepClone(), ["ia3"] = ia3,
            ["ia3_f64"] = ia3.DeepClone(),
        };
    }

    private void WriteTrained(Dictionary<string, Tensor> a, Dictionary<string, Tensor> b)
    {
        using var plain = no_grad();
        var folder = Directory.CreateDirectory(At("lora_trained")).FullName;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), $$"""
            {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": {{MiniatureFiles.Rank}}, "lora_alpha": {{MiniatureFiles.Alpha}},
             "lora_dropout": 0.0, "bias": "none", "fan_in_fan_out": false, "use_rslora": false, "use_dora": false,
             "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}

            """.ReplaceLineEndings("\n"));
        SafetensorsFile.Write(Path.Combine(folder, "adapter_model.safetensors"), [.. _model.Linears.SelectMany(l => new[]
        {
            (MiniatureFiles.AdapterName(l, 'A'), a[l]), (MiniatureFiles.AdapterName(l, 'B'), b[l]),
        })], float32);
        var last = _model.WithLora(a, b, Scale).NextLogits(Example("short").Prompt);
        _arrays.Add(("lora_trained.last_logits", tensor(last).to(float32)));
    }

    // The Adam vectors of one example on the trained adapter, from m, v and g as float32 keeps them.
    private JsonObject Less(Dictionary<string, Tensor> a, Dictionary<string, Tensor> b, PlainTraining steps)
    {
        Tensor[] leaves = [.. _model.Linears.SelectMany(l => new[] { a[l], b[l] })];
        Tensor[] Gradient(string id) => [.. autograd.grad([_model.WithLora(a, b, Scale).Loss(Example(id))], [.. leaves])];
        static Tensor Flat(IEnumerable<Tensor> parts) => cat([.. parts.Select(p => p.reshape(-1))]).detach();
        var (train, plain) = (Gradient("yes"), Flat(Gradient("no")));
        var norm = plain.norm().ToDouble();
        var json =
            new JsonObject { ["train_example"] = "yes", ["validation_example"] = "no", ["t"] = 4, ["validation_gradient_norm"] = norm };
        json["toy"] = Toy([[.5, -2], [1, .25], [-.75, 0]], [.2, .001]);
        Tensor Textbook(Tensor m, Tensor v, Tensor g) =>
            (m * .9 + g * .1) / (1 - Math.Pow(.9, 4)) / (((v * .999 + g * g * .001) / (1 - Math.Pow(.999, 4))).sqrt() + 1e-8);
        Tensor Code(Tensor m, Tensor v, Tensor g) => (m * .9 + g * .1) / (v * .999 + g * g * .001 + 1e-8).sqrt();
        for (var i = 0; i < 2; i++)
        {
            var matrix = i == 0 ? "A" : "B";
            Tensor m = steps.First[i].to(float32), v = steps.Second[i].to(float32), g = train[i].detach().to(float32);
            _arrays.AddRange([($"less.m.{matrix}", m), ($"less.v.{matrix}", v), ($"less.g.{matrix}", g)]);
            (m, v, g) = (m.to(float64), v.to(float64), g.to(float64));
            _arrays.AddRange([($"less.gamma_textbook.{matrix}", Textbook(m, v, g)), ($"less.gamma_code.{matrix}", Code(m, v, g))]);
        }
        foreach (var (key, form) in new[] { ("textbook", (Func<Tensor, Tensor, Tensor, Tensor>)Textbook), ("code_variant", Code) })
        {
            var vector = form(Flat(steps.First), Flat(steps.Second), Flat(train));
            double length = vector.norm().ToDouble(), dot = (vector * plain).sum().ToDouble();
            json[key] = new JsonObject { ["norm"] = length, ["dot_with_validation_gradient"] = dot, ["cosine"] = dot / length / norm };
        }
        return json;
    }

    // Two parameters, stepped by hand.
    private static JsonObject Toy(double[][] gradients, double[] last)
    {
        double[] m = [0, 0], v = [0, 0];
        foreach (var g in gradients)
            for (var i = 0; i < 2; i++) (m[i], v[i]) = (.9 * m[i] + .1 * g[i], .999 * v[i] + .001 * g[i] * g[i]);
        double[] first = [.. m.Zip(last, (a, g) => .9 * a + .1 * g)], second = [.. v.Zip(last, (a, g) => .999 * a + .001 * g * g)];
        var t = gradients.Length + 1;
        double[] textbook = [.. first.Zip(second, (a, b) => a / (1 - Math.Pow(.9, t)) / (Math.Sqrt(b / (1 - Math.Pow(.999, t))) + 1e-8))];
        double[] code = [.. first.Zip(second, (a, b) => a / Math.Sqrt(b + 1e-8))];
        return new JsonObject
        {
            ["gradients"] = new JsonArray([.. gradients.Select(g => (JsonNode)Doubles(g))]), ["m"] = Doubles(m), ["v"] = Doubles(v),
            ["new_gradient"] = Doubles(last), ["t"] = t, ["gamma_textbook"] = Doubles(textbook), ["gamma_code"] = Doubles(code),
        };
    }

    // T-Few's losses, no token masked. The last entry's wrong choices are what the model finds most likely, so that the unlikelihood is not
    // tiny.
    private JsonArray TFew()
    {
        var likely = _items.Single(i => i.Id == "short").Example.Prompt;
        int[] First(int skip) => [.. _model.NextLogits(likely).Select((logit, id) => (logit, id)).OrderByDescending(l => l.logit).Skip(skip)
            .Take(1).Select(l => l.id)];
        int[] Then(int[] start) =>
            [.. start, .. _model.NextLogits([.. likely, .. start]).Select((logit, id) => (logit, id)).OrderByDescending(l => l.logit)
            .Take(1).Select(l => l.id)];
        return new JsonArray(
            Choices(Example("no").Prompt, [.. new[] { "yes", "no", "perhaps" }.Select(_prompts.Answer)], 1),
            Choices(Example("code").Prompt, [.. new[] { "a call", "nothing at all", "f", "a loop" }.Select(_prompts.Answer)], 0),
            Choices(likely, [_prompts.Answer("Paris"), First(0), Then(First(1))], 0));
    }

    private JsonObject Choices(int[] prompt, int[][] choices, int gold)
    {
        using var plain = no_grad();
        double[][] logs =
            [.. choices.Select(c => _model.TokenLosses(new PlainExample(prompt, c, [])).data<double>().Select(l => -l).ToArray())];
        double[] scores = [.. logs.Select(l => l.Average())];
        var language = -scores[gold];
        var unlikelihood = -logs.Where((_, c) => c != gold).SelectMany(l => l).Average(log => Math.Log(1 - Math.Exp(log)));
        var length = Math.Log(scores.Sum(Math.Exp)) - scores[gold];
        JsonObject Losses() =>
            new() { ["L_LM"] = language, ["L_UL"] = unlikelihood, ["L_LN"] = length, ["total"] = language + unlikelihood + length };
        var json = Losses();
        (json["prompt_ids"], json["choice_ids"]) = (Ints(prompt), new JsonArray([.. choices.Select(c => (JsonNode)Ints(c))]));
        (json["gold"], json["b"], json["prediction"], json["f64"]) = (gold, Doubles(scores), Array.IndexOf(scores, scores.Max()), Losses());
        json["token_log_probs"] = new JsonArray([.. logs.Select(l => (JsonNode)Doubles(l))]);
        return json;
    }

    private static JsonArray Ints(IEnumerable<int> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static JsonArray Doubles(IEnumerable<double> values) => new([.. values.Select(v => (JsonNode)v)]);
}
