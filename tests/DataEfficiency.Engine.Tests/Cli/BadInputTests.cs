// Every verb that reads a file refuses what is malformed, names file and line, and exits 2; nothing becomes U+FFFD without a word.
using System.Text;
using DataEfficiency.Prompts.Tests;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bad-input").FullName;

    // Verb by verb: the command line, and a file of three lines whose third one is right but for the text in it.
    public static TheoryData<string, string> Verbs => new()
    {
        { "rank --model FOLDER --instruction Say --pool FILE", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"*\"}\n" },
        { "rank --model FOLDER --pool FILE", "[{\"input_text\":\"a\"},\n\n{\"input_text\":\"*\"}]" },
        { "estimate --model FOLDER --labeled FILE", "\n\n{\"input_text\":\"a\",\"ground_truth\":\"*\"}\n" },
        { "tokenize --tokenizer FOLDER --texts FILE", "[\n\"a\",\n\"*\"]" },
        { "chat --model FOLDER --messages FILE", "[\n\n[{\"role\":\"user\",\"content\":\"*\"}]]" },
        { "curve --results FILE", "{\"0\":{\"accuracy\":0.5},\n\"50\":\n{\"accuracy\":1,\"note\":\"*\"}}" },
        { "curve --results RESULT --human-scores FILE", "{\n\n\"task\":{\"score\":1,\"note\":\"*\"}}" },
    };

    public BadInputTests()
    {
        var chat = new ChatTokens();
        TokenizerWriter.Write(_folder, ByteLevelBpeTrainer.Train(["some text"], 260, chat.All), chat, 2048);
        File.WriteAllText(Result, "{\"0\":{\"accuracy\":0.5},\"50\":{\"accuracy\":1}}");
    }

    private string Result => Path.Combine(_folder, "tiny_task_full_result_v2.json");

    private (string Path, string Error) Refused(string line, byte[] content)
    {
        var path = Path.Combine(_folder, "a_b_full_result_v2.json");
        File.WriteAllBytes(path, content);
        var arguments = line.Replace("FILE", path).Replace("FOLDER", _folder).Replace("RESULT", Result).Split(' ');
        var (code, text, error) = CommandLineTests.Run(arguments);
        Assert.Equal((2, ""), (code, text));
        return (path, error);
    }

    // a pool may take hours: nothing is ranked for a file that cannot be written
    [Theory]
    [InlineData("."), InlineData("nowhere/ranks.jsonl"), InlineData("")]
    public void Rank_OutCannotBeWritten_IsRefusedBeforeTheModelIsLoaded(string target)
    {
        var pool = Path.Combine(_folder, "pool.jsonl");
        File.WriteAllText(pool, "{\"input_text\":\"a\"}");
        var (code, _, error) = CommandLineTests.Run("rank", "--model", "nowhere", "--pool", pool, "--out",
            target.Length == 0 ? "" : Path.Combine(_folder, target));
        Assert.Equal(2, code);
        Assert.StartsWith("--out: '", error);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Run_FileIsNotUtf8_Exits2WithFileAndLine(string line, string content)
    {
        var (path, error) = Refused(line, Encoding.Latin1.GetBytes(content.Replace("*", "thé")));
        Assert.Contains($"{path}, line 3: byte E9 at column", error);
        Assert.Contains("Save the file as UTF-8", error);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Run_HalfASurrogatePair_Exits2WithFileAndLine(string line, string content)
    {
        var (path, error) = Refused(line, Encoding.UTF8.GetBytes(content.Replace("*", "\\ud83e smile")));
        Assert.Contains($"{path}, line 3: a text holds half of a surrogate pair", error);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Run_BrokenJson_Exits2WithFileAndLine(string line, string content)
    {
        var (path, error) = Refused(line, Encoding.UTF8.GetBytes(content.Replace("*", "\u0001")));
        Assert.Contains($"{path}, line 3: not valid JSON", error);
    }

    [Theory, MemberData(nameof(Verbs))]
    public void Run_Utf16_Exits2AndSaysSo(string line, string content)
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
            foreach (var mark in (byte[][])[encoding.GetPreamble(), []])
            {
                var (path, error) = Refused(line, [.. mark, .. encoding.GetBytes(content.TrimStart())]);
                Assert.Contains($"{path}, line 1: this is UTF-16", error);
            }
    }

    [Theory]
    [InlineData("chat --model FOLDER --messages FILE", "[[{\"role\":\"user\",\"content\":\"a\"}],\n[{\"role\":\"user\"}]]", 2)]
    [InlineData("tokenize --tokenizer FOLDER --texts FILE", "[\"a\",\n\n7]", 3)]
    [InlineData("tokenize --tokenizer FOLDER --texts FILE", "[\"a\",\nnull]", 2)]
    [InlineData("tokenize --tokenizer FOLDER --texts FILE", "{\"a\":1,\n\"a\":2}", 2)]
    [InlineData("curve --results FILE", "{\"0\":{\"accuracy\":0.5},\n\"50\":{\"loss\":1}}", 2)]
    [InlineData("curve --results FILE", "{\"0\":{\"accuracy\":0.5},\n\"0\":{\"accuracy\":1}}", 2)]
    public void Run_WrongShape_Exits2WithFileAndLine(string line, string content, int at)
    {
        var (path, error) = Refused(line, Encoding.UTF8.GetBytes(content));
        Assert.Contains($"{path}, line {at}: ", error);
    }

    [Fact]
    public void Pretrain_TextIsNotUtf8_Exits2WithFileAndLine()
    {
        var path = Path.Combine(_folder, "text.txt");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(new string('a', 300) + "\nthé\n"));
        var (code, _, error) = CommandLineTests.Run("pretrain", "--text", path, "--out", Path.Combine(_folder, "out"), "--tokens", "10");
        Assert.Equal(2, code);
        Assert.Contains($"{path}, line 2: byte E9", error);
    }

    [GoldenTheory]
    [InlineData("F28-cli-lone-surrogate.jsonl", "line 2: a text holds half of a surrogate pair")]
    [InlineData("F29-cli-latin1.jsonl", "line 1: byte E9 at column 12 is no UTF-8")]
    public void Rank_ReportedFile_Exits2WithFileAndLine(string name, string said)
    {
        var path = Fixtures.At("cases", "reported", name);
        var (code, _, error) = CommandLineTests.Run("rank", "--model", _folder, "--instruction", "Say", "--pool", path);
        Assert.Equal(2, code);
        Assert.Contains($"{path}, {said}", error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
