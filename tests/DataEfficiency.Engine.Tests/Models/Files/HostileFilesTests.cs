using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Tests.Models.Files;

/// <summary>Files that nobody wrote by mistake: each must end in a clear error soon, without filling the memory.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private const long Bound = 600L << 20;
    private readonly TinyModel _model = new();

    /// <summary>The folder's error, with at most so much memory taken on the way: managed allocations that were alive at once,
    /// and what the process has in memory.</summary>
    private string Refused(Action load)
    {
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        var before = process.WorkingSet64;
        var peak = before;
        using var stop = new CancellationTokenSource();
        var watch = new Thread(() =>
        {
            while (!stop.Token.WaitHandle.WaitOne(5))
            {
                process.Refresh();
                peak = Math.Max(peak, process.WorkingSet64);
            }
        });
        watch.Start();
        var error = Record.Exception(load);
        stop.Cancel();
        watch.Join();
        Assert.IsType<ModelException>(error, exactMatch: false);
        Assert.True(peak - before < Bound, $"{(peak - before) >> 20} MiB more memory");
        return error.Message;
    }

    private string Refused() => Refused(() => Estimator.Load(_model.Folder).Dispose());

    private string PathOf(string file) => Path.Combine(_model.Folder, file);

    /// <summary>A file of so many bytes that takes no space on the disk.</summary>
    private void Sparse(string file, long length)
    {
        using var stream = File.Create(PathOf(file));
        stream.SetLength(length);
    }

    private void EditConfig(string key, JsonNode? value)
    {
        var json = JsonNode.Parse(File.ReadAllText(PathOf("config.json")))!;
        json[key] = value;
        File.WriteAllText(PathOf("config.json"), json.ToJsonString());
    }

    private void EditTokenizer(Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(PathOf("tokenizer.json")))!;
        edit(json);
        File.WriteAllText(PathOf("tokenizer.json"), json.ToJsonString());
    }

    private void Template(string template) => File.WriteAllText(PathOf("chat_template.jinja"), template);

    [Theory]
    [InlineData("num_hidden_layers", 1_000_000_000, "model.layers.2.")]
    [InlineData("vocab_size", 2_000_000_000, "model.embed_tokens.weight: expected shape [2000000000, 32]")]
    [InlineData("hidden_size", 2_000_000_000, "model.embed_tokens.weight: expected shape")]
    [InlineData("intermediate_size", 2_000_000_000, "mlp.gate_proj.weight: expected shape [2000000000, 32]")]
    [InlineData("num_attention_heads", 1_000_000_000, "self_attn.q_proj.weight: expected shape")]
    [InlineData("head_dim", 2_000_000_000, "self_attn.q_proj.weight: expected shape")]
    [InlineData("head_dim", -16, "head_dim is -16")]
    [InlineData("num_hidden_layers", -1, "num_hidden_layers is -1")]
    public void Config_AbsurdSize_IsFoundBeforeMemoryIsReserved(string key, int value, string fault)
    {
        EditConfig(key, value);
        Assert.Contains(fault, Refused());
    }

    [Fact]
    public void Config_LargerThanAnInteger_IsNamed()
    {
        EditConfig("hidden_size", 1e18);
        Assert.Contains("config.json cannot be read", Refused());
        EditConfig("eos_token_id", new JsonArray(1, null));
        EditConfig("hidden_size", 32);
        Assert.Contains("eos_token_id[1]: a token id", Refused());
    }

    [Theory]
    [InlineData("config.json"), InlineData("tokenizer.json"), InlineData("tokenizer_config.json"), InlineData("generation_config.json"),
        InlineData("chat_template.jinja")]
    public void AnyFile_OfOneGigabyte_IsNotRead(string file)
    {
        Sparse(file, 1L << 30);
        var message = Refused();
        Assert.Contains(file, message);
        Assert.Contains("not read", message);
    }

    [Fact]
    public void Index_OfOneGigabyte_IsNotRead()
    {
        File.Delete(PathOf("model.safetensors"));
        Sparse(WeightFiles.IndexName, 1L << 30);
        Assert.Contains("such a file is not read", Refused());
    }

    // é in Latin-1: read loosely it would become another letter without a word.
    [Theory]
    [InlineData("config.json"), InlineData("chat_template.jinja"), InlineData("tokenizer_config.json"),
        InlineData("generation_config.json")]
    public void AnyFile_ThatIsNoUtf8_IsNamedWithItsLine(string file)
    {
        File.WriteAllBytes(PathOf(file), [.. "{\n\"a\": \""u8, 0xE9, .. "\"}"u8]);
        var message = Refused();
        Assert.Contains(file, message);
        Assert.Contains("line 2", message);
    }

    [Theory]
    [InlineData("{\"weight_map\":{}}"), InlineData("{\"weight_map\":{\"x\":null}}"), InlineData("{\"weight_map\":{\"x\":1}}"),
        InlineData("{\"weight_map\":1}"), InlineData("[]"), InlineData("{\"weight_map\":{\"x\":\"a\",\"x\":\"b\"}}")]
    public void Index_ThatIsNone_IsNamed(string json)
    {
        File.Delete(PathOf("model.safetensors"));
        File.WriteAllText(PathOf(WeightFiles.IndexName), json);
        Assert.Contains(WeightFiles.IndexName, Refused());
    }

    [Theory]
    [InlineData(1L << 30, "is absurd"), InlineData(long.MaxValue, "is absurd"), InlineData(-1, "is absurd"),
        InlineData(16 << 20, "truncated")]
    public void Weights_AbsurdHeaderLength_IsNamed(long length, string fault)
    {
        using (var stream = File.OpenWrite(PathOf("model.safetensors")))
        {
            Span<byte> first = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(first, length);
            stream.Write(first);
        }
        Assert.Contains(fault, Refused());
    }

    // The densest JSON there is: an entry of the reader's table for every two bytes.
    [Theory]
    [InlineData("[", "1,", "1]"), InlineData("[", "[],", "1]"), InlineData("{\"x\":{\"shape\":[", "1,", "1]}}"), InlineData("", "[", "")]
    public void Weights_HeaderFullOfNothing_IsRefusedSoon(string open, string repeated, string close)
    {
        var header = Encoding.ASCII.GetBytes(open + string.Concat(Enumerable.Repeat(repeated, (15 << 20) / repeated.Length)) + close);
        using (var stream = File.Create(PathOf("model.safetensors")))
        {
            Span<byte> first = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(first, header.Length);
            stream.Write(first);
            stream.Write(header);
        }
        Assert.Contains("no safetensors header", Refused());
    }

    [Theory]
    [InlineData((ushort)0x7FC0), InlineData((ushort)0x7F80), InlineData((ushort)0xFF80), InlineData((ushort)0xFFFF)]
    public void Weights_NotANumberOrInfinite_TensorIsNamedAtLoadAndInTheList(ushort value)
    {
        using (var stream = File.OpenWrite(PathOf("model.safetensors")))
        {
            stream.Position = stream.Length - 2;
            stream.Write(BitConverter.GetBytes(value));
        }
        Assert.Contains("holds values that are no finite numbers", Refused());
        Assert.Contains("holds values that are no finite numbers", ModelFolder.Inspect(_model.Folder).Problem);
    }

    [Fact]
    public void Tokenizer_DenseJson_BoundedMemory()
    {
        File.WriteAllText(PathOf("tokenizer.json"), "[" + string.Concat(Enumerable.Repeat("1,", 31 << 20)) + "1]");
        Assert.Contains("tokenizer.json", Refused());
    }

    [Fact]
    public void Tokenizer_MergesThatMakeTheirOwnHalves_EndAndGiveIds()
    {
        // a + b makes b, b + a makes a, a + a makes a itself: the vocabulary has no such word, so each is refused by name
        foreach (var merge in new[] { "a b", "b a", "a a" })
        {
            EditTokenizer(json => json["model"]!["merges"] = new JsonArray(merge));
            Assert.Contains("is not in the vocabulary", Refused());
        }
        // with a prefix that is swallowed a merge may make its own left half: the row still gets shorter
        EditTokenizer(json =>
        {
            var model = json["model"]!;
            model["continuing_subword_prefix"] = "b";
            model["merges"] = new JsonArray("a b");
        });
        var ids = Tokenizer.Load(_model.Folder).Encode(string.Concat(Enumerable.Repeat("ab", 5000)));
        Assert.True(ids.Length <= 10_000);
    }

    [Fact]
    public void Tokenizer_MillionsOfMerges_NamedAtTheFirstThatIsNone()
    {
        EditTokenizer(
            json => json["model"]!["merges"] = new JsonArray([.. Enumerable.Range(0, 400_000).Select(i => (JsonNode)$"x{i} y{i}")]));
        Assert.Contains("is not in the vocabulary", Refused());
    }

    [Fact]
    public void Tokenizer_OneLongTextWithoutABreak_EncodesInGoodTime()
    {
        var ids = Tokenizer.Load(_model.Folder).Encode(new string('e', 1_000_000));
        Assert.NotEmpty(ids);
    }

    [Theory]
    [InlineData("(a+b?)+$"), InlineData("(a|aa)+$")]
    public void Tokenizer_PatternThatBacktracksForEver_IsRefused(string pattern)
    {
        EditTokenizer(
            json => json["pre_tokenizer"] = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern },
            ["behavior"] = "Isolated", ["invert"] = false });
        Assert.Contains("pattern", Refused(() => Tokenizer.Load(_model.Folder).Encode(new string('a', 60) + "!")));
    }

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% for k in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
        "steps")]
    [InlineData("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "deep")]
    [InlineData("{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(90) }}", "steps")]
    [InlineData("{% set ns = namespace(s='xy') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "characters")]
    [InlineData("{% set ns = namespace(s='xy') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "characters")]
    [InlineData("{% set ns = namespace(s='xy') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}",
        "characters")]
    [InlineData("{% set ns = namespace(s=['xy']) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(s=['xy']) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "characters")]
    [InlineData("{% set ns = namespace(s=['xy']) %}{% for i in range(5000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}", "deep")]
    [InlineData(
        "{% set ns = namespace(s=['xy']) %}{% for i in range(5000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ "
        + "[ns.s, ns.s] | sort }}{{ [ns.s] == [[ns.s]] }}", "deep")]
    [InlineData(
        "{% set ns = namespace(s=['xy']) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s | tojson }}", "steps")]
    [InlineData("{% set s = 'x' * 8000000 %}{% set t = s[:4000000] ~ 'y' %}{% for i in range(100000) %}{{ s.find(t) }}{% endfor %}", "")]
    [InlineData(
        "{% set s = 'x' * 8000000 %}{% set t = 'y' * 4000000 %}{{ s.strip(t) | length }}{{ s in t }}{{ "
        + "t.replace(s, '') | length }}{{ 1 // 0 }}", "")]
    [InlineData(
        "{% set ns = namespace(s=['xy']) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s == ns.s "
        + "and [ns.s] == [[ns.s, 1]] }}{{ 1 // 0 }}", "")]
    [InlineData(
        "{% set ns = namespace(s=['xy'], t=['xy']) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] "
        + "%}{% endfor %}{{ ns.s == ns.t }}", "steps")]
    [InlineData("{{ 'x' * 1000000000 }}", "characters")]
    [InlineData("{{ range(1000000000) }}", "range")]
    [InlineData("{{ 10 ** 1000000000000 }}", "large")]
    [InlineData("{% set s = range(100000) %}{% for i in s %}{{ s | unique | list | length }}{% endfor %}", "steps")]
    [InlineData("{% set s = range(100000) %}{% for i in s %}{{ s | reverse | list | length }}{% endfor %}", "steps")]
    [InlineData("{% set s = 'x' * 8000000 %}{% for i in range(100000) %}{{ s | length }}{{ s[::-1] | length }}{% endfor %}", "")]
    [InlineData("{% set s = 'x' * 8000000 %}{% for i in range(100000) %}{% if 'y' in s %}{% endif %}{% endfor %}", "")]
    [InlineData("{% set s = 'x' * 8000000 %}{% for i in range(100000) %}{{ s.split('x') | length }}{% endfor %}", "")]
    [InlineData("{% set s = 'x' * 8000000 %}{% for i in range(100000) %}{% for c in s %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set s = range(100000) %}{% for i in s %}{% if -1 in s %}{% endif %}{% endfor %}", "steps")]
    [InlineData(
        "{% set s = range(100000) %}{% for i in s %}{{ s | sort | first }}{{ s | map('string') | list | length }}{% endfor %}", "steps")]
    [InlineData("{% set s = range(100000) %}{% for i in s %}{% set t = s[1:] %}{% endfor %}", "steps")]
    public void ChatTemplate_ThatLoopsOrGrows_EndsInAClearError(string template, string fault)
    {
        Template(template);
        var message = Refused();
        Assert.Contains("chat_template.jinja", message);
        Assert.Contains(fault, message);
    }

    [Theory]
    [InlineData("(", 500_000), InlineData("{% if 1 %}", 100_000), InlineData("{{ not ", 150_000), InlineData("{{ [", 250_000),
        InlineData("{{ -", 250_000), InlineData("{{ x.a", 100_000), InlineData("{{ 1 if 1 else ", 60_000)]
    public void ChatTemplate_NestedWithoutEnd_IsRefusedByTheParser(string repeated, int times)
    {
        var first = repeated.StartsWith("{{", StringComparison.Ordinal) ? "{{ " : repeated[0] == '(' ? "{{ " : "";
        Template(first + string.Concat(Enumerable.Repeat(repeated.Replace("{{ ", ""), times)));
        Assert.Contains("chat_template.jinja", Refused());
    }

    public void Dispose() => _model.Dispose();
}
