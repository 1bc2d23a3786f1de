using System.Text;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tokenization;
using Xunit.Abstractions;

namespace DataEfficiency.Engine.Tests.Models.Files;

/// <summary>Seeded mutations of good files: whatever comes of them, the readers throw nothing but an ModelException, and not late.
/// A failure prints seed and mutation; the same seed makes it again.</summary>
public sealed class ModelFilesFuzzTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5); // a machine may be busy with other work
    private static readonly string[] Pieces = ["-1", "0", "1e400", "9223372036854775808", "4294967296", "null", "true", "{}", "[]", "[[[[",
        "\"\"", "\"x\"", "{\"a\":1}", "\\ud800", "\"\\ud800\"", "\u00ff", ",", ":", "\"", "}", "]", "\0", " ", "NaN",
        "\"type\":\"Sequence\"", "\"(a+)+$\"", "\"[\"", "\"data_offsets\":[0,8]", "\"shape\":[]", "\"dtype\":\"F64\"", "{{", "}}", "{%",
            "%}", "**", "%", "range(99999)", "namespace()", "loop", ".x", "[0]", "| sort", "| tojson", "(", ")", "~", "for", "in",
            "macro f()", "endfor"];

    private readonly TinyModel _model = new();

    private string PathOf(string file) => Path.Combine(_model.Folder, file);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void SafetensorsFile_MutatedBytes_OnlyEngineExceptions(int seed) =>
        Fuzz("model.safetensors", seed, 400, header: true, read: () =>
    {
        using var file = SafetensorsFile.Open(PathOf("model.safetensors"));
        file.RequireFinite();
        foreach (var name in file.Entries.Keys.Take(3)) file.Read(name).Dispose();
        using var weights = WeightFiles.Open(_model.Folder);
        DecoderWeights.Require(ModelConfig.Load(_model.Folder), weights);
    });

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Tokenizer_MutatedFile_OnlyEngineExceptions(int seed) => Fuzz("tokenizer.json", seed, 250, header: false, read: () =>
    {
        var tokenizer = Tokenizer.Load(_model.Folder);
        foreach (var text in new[] { "", "Hello, wörld 👍 123\n", new string('a', 200), "<|im_start|>user\n" })
            tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false);
    });

    [Theory]
    [InlineData("config.json"), InlineData("generation_config.json"), InlineData("tokenizer_config.json")]
    public void Configuration_MutatedFile_OnlyEngineExceptions(string file) => Fuzz(file, 1, 500, header: false, read: () =>
    {
        ModelConfig.Load(_model.Folder);
        PromptBuilder.Load(_model.Folder);
        using var weights = WeightFiles.Open(_model.Folder);
        DecoderWeights.Require(ModelConfig.Load(_model.Folder), weights);
    });

    [Theory]
    [InlineData(1), InlineData(2)]
    public void ChatTemplate_Mutated_OnlyEngineExceptions(int seed)
    {
        File.WriteAllText(PathOf("chat_template.jinja"), """
            {%- macro part(m, n=2) -%}{{ m.role | upper }}: {{ m['content'][:40] | trim ~ n }}{%- endmacro -%}
            {%- set ns = namespace(found=false, text='a,b') -%}
            {%- for message in messages if message.content is string -%}
              {%- if loop.first and message['role'] == 'system' -%}{%- set ns.found = true -%}{{ part(message) }}
              {%- elif message.role in ['user', 'assistant'] -%}
                {{ '<|im_start|>' + message.role + '\n' + message.content.split('\n')[-1].replace('a', 'b') + '<|im_end|>' }}
              {%- else -%}{{ raise_exception('no ' ~ message.role) }}{%- endif -%}
              {{ loop.index0 % 2 }}{{ {'a': [1, 2.5, none]} | tojson(indent=2) }}{{ messages | map(attribute='role') | join(', ') }}
            {%- endfor -%}
            {{ ns.text.split(',') | sort | reverse | list | length }}{{ range(1, 9, 2) | list }}
            {{ (3 ** 2 // 2 - 1) * -1 }}{{ strftime_now('%d %b') }}
            {%- if add_generation_prompt and not ns.found -%}<|im_start|>assistant{%- endif -%}
            """);
        Fuzz("chat_template.jinja", seed, 700, header: false, read: () => ChatTemplate.Load(_model.Folder)!
            .Apply([new("system", "s"), new("user", "hello\nyou"), new("assistant", "x")], addGenerationPrompt: true));
    }

    private void Fuzz(string file, int seed, int mutations, bool header, Action read)
    {
        var good = File.ReadAllBytes(PathOf(file));
        read();
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < mutations; i++)
        {
            var (bytes, what) = Mutate(good, random, header);
            File.WriteAllBytes(PathOf(file), bytes);
            Exception? error = null;
            var reading = new Thread(() => error = Record.Exception(read), 1 << 20) { IsBackground = true };
            reading.Start();
            Assert.True(reading.Join(Patience), $"{file}, seed {seed}, mutation {i}: {what}: it does not end");
            Assert.True(error is null or ModelException, $"{file}, seed {seed}, mutation {i}: {what}: {error}");
            if (error is not null) refused++;
        }
        output.WriteLine($"{refused} of {mutations} refused");
        Assert.InRange(refused, mutations / 10, mutations);
    }

    /// <summary>One to three changes: a bit, a byte, a piece put in or in place of another, a stretch removed, doubled or moved, the end
    /// cut off. In a safetensors file most of them hit the header, whose length is then mostly set right.</summary>
    private static (byte[] Bytes, string What) Mutate(byte[] good, Random random, bool header)
    {
        var head = header ? (int)BitConverter.ToUInt64(good) : 0;
        var (prefix, body, rest) = header && random.Next(5) > 0 ? (8, good[8..(8 + head)], good[(8 + head)..]) : (0, good, []);
        var list = body.ToList();
        var what = new StringBuilder();
        for (var n = random.Next(1, 4); n > 0 && list.Count > 0; n--)
        {
            var at = random.Next(list.Count);
            var length = Math.Min(random.Next(1, 40), list.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    list[at] ^= (byte)(1 << random.Next(8));
                    what.Append($"bit at {at}; ");
                    break;
                case 1:
                    list[at] = (byte)random.Next(256);
                    what.Append($"byte at {at}; ");
                    break;
                case 2 or 3:
                    var piece = Pieces[random.Next(Pieces.Length)];
                    if (random.Next(2) == 0) list.RemoveRange(at, length);
                    else length = 0;
                    list.InsertRange(at, Encoding.UTF8.GetBytes(piece));
                    what.Append($"{piece} for {length} bytes at {at}; ");
                    break;
                case 4:
                    list.RemoveRange(at, length);
                    what.Append($"{length} bytes at {at} removed; ");
                    break;
                case 5:
                    var to = random.Next(list.Count);
                    list.InsertRange(to, list.GetRange(at, length));
                    what.Append($"{length} bytes of {at} again at {to}; ");
                    break;
                default:
                    if (random.Next(4) > 0) goto case 0;
                    list.RemoveRange(at, list.Count - at);
                    what.Append($"cut at {at}; ");
                    break;
            }
        }
        var first = prefix == 0 ? [] : BitConverter.GetBytes((ulong)(random.Next(8) > 0 ? list.Count : head));
        return ([.. first, .. list, .. rest], what.ToString());
    }

    public void Dispose() => _model.Dispose();
}
