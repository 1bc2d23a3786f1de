
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class TokenizeVerbTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tokenize").FullName;

    public TokenizeVerbTests()
    {
        var chat = new ChatTokens();
        TokenizerWriter.Write(folder, ByteLevelBpeTrainer.Train(["some text"], 260, chat.All), chat, 2048);
    }

    private string Write(string text)
    {
        var path = Path.Combine(folder, "input.json");
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Tokenize_Texts_IdsAndDecodedTexts()
    {
        var result = CommandLineTests.Json("tokenize", "--tokenizer", folder, "--texts", Write("""["<|im_end|>é", ""]"""));
        Assert.Equal([2, 3 + 0xC3, 3 + 0xA9], result.GetProperty("ids")[0].EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal(0, result.GetProperty("ids")[1].GetArrayLength());
        Assert.Equal(["<|im_end|>é", ""], result.GetProperty("decoded").EnumerateArray().Select(d => d.GetString()));
    }

    [Fact]
    public void Chat_Messages_PromptsWithTheHeader()
    {
        var result = CommandLineTests.Json("chat", "--model", folder, "--messages", Write("""[[{"role": "user", "content": "hi"}]]"""));
        Assert.Equal("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n", result.GetProperty("prompts")[0].GetString());
    }

    [Theory]
    [InlineData("tokenize --tokenizer FOLDER --texts FILE", """{"a": 1}""")]
    [InlineData("tokenize --tokenizer FOLDER --texts FILE", """[null]""")]
    [InlineData("chat --model FOLDER --messages FILE", """[[{"role": "user"}]]""")]
    [InlineData("chat --model FOLDER/absent --messages FILE", "[]")]
    public void Run_WrongInput_IsNamedAndExits2(string line, string input)
    {
        var (code, _, error) = CommandLineTests.Run([.. line.Replace("FILE", Write(input)).Replace("FOLDER", folder).Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains("--", error);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
