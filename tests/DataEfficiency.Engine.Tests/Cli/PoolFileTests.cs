using DataEfficiency.Cli;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class PoolFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    private PoolFile Read(string content, string? instruction = null, bool answers = false)
    {
        File.WriteAllText(_path, content);
        return PoolFile.Read(_path, instruction, answers);
    }

    [Theory]
    [InlineData("{\"text\":\"one\"}\n\n{\"text\":\"two\\u2028\"}\r\n  \n{\"text\":\"three\"}")]
    [InlineData("\uFEFF \n[{\"text\":\"one\"},\n{\"text\":\"two\\u2028\"},{\"text\":\"three\"}]\n")]
    public void Read_LinesOrOneArray_GivesTheTextsInOrder(string content)
    {
        var pool = Read(content, "Say it.");
        Assert.Equal(["one", "two\u2028", "three"], pool.Texts);
        Assert.Equal("Say it.", pool.Task!.Instruction);
    }

    [Fact]
    public void Read_FullPromptsWithAnswers_GivesBothAndNoTask()
    {
        var pool = Read("""{"input_text":"p","ground_truth":"a"}""" + "\n" + """{"input_text":"q","ground_truth":"b"}""", answers: true);
        Assert.Equal(["p", "q"], pool.Texts);
        Assert.Equal(["a", "b"], pool.Answers);
        Assert.Null(pool.Task);
    }

    [Theory]
    [InlineData("{\"text\":\"one\"}\n\n{\"text\":2}", "line 3: expected an object with the text \"text\"")]
    [InlineData("{\"text\":\"one\"}\n{\"text\":", "line 2: not valid JSON")]
    [InlineData("{\"text\":\"one\"}\n{\"input_text\":\"p\"}", "line 2: \"input_text\" and \"text\" are mixed")]
    [InlineData("[{\"text\":\"one\"},\n7]", "line 2: expected an object with the text \"text\", found a number")]
    [InlineData("[{\"text\":\"one\"}", "line 1: not valid JSON")]
    [InlineData("\n[\n{\"text\":\"one\"},\n\n{\"texts\":\"two\"}]", "line 5: expected an object with the text \"text\", which is missing")]
    [InlineData("{\"text\":\"one\"}\n{\"text\":\"half \\ud83e\"}", "line 2: a text holds half of a surrogate pair")]
    [InlineData("[{\"text\":\"one\"},\n{\"text\":\"half \\ude00\"}]", "line 2: a text holds half of a surrogate pair")]
    [InlineData("{\"text\":\"one\"}\n{\"text\":\"two\",\"text\":\"three\"}", "line 2: \"text\" stands twice in one object")]
    [InlineData("{\"text\":\"one\"}\n{\"text\":\"two\"} {}", "line 2: not valid JSON")]
    [InlineData("{\"text\":\"one\"}\n[\"two\"]", "line 2: expected an object with the text \"text\", found an array")]
    [InlineData("{\n\"text\":\"one\"\n}", "line 1: not valid JSON")]
    [InlineData("{\"text\":\"one\"}\n{\"text\":\" \"}", "line 2: the text \"text\" is empty")]
    [InlineData("text,label\na,b\n", "line 1: not valid JSON, nor like it")]
    [InlineData("PK\u0003\u0004", "line 1: not valid JSON, nor like it")]
    [InlineData(" \n", "holds no item")]
    public void Read_WhatIsNoPool_SaysWhere(string content, string message)
    {
        var said = Assert.Throws<InvalidDataException>(() => Read(content, "Say it.")).Message;
        Assert.Contains(message, said);
        Assert.Contains(_path, said);
    }

    [Fact]
    public void Read_FieldsOfTheWrongKind_AreNamed()
    {
        var said = Assert.Throws<InvalidDataException>(
            () => Read("{\"text\":\"a\",\"ground_truth\":\"b\"}\n{\"text\":\"a\"}", "Say it.", answers: true));
        Assert.Contains("line 2: expected an object with the text \"ground_truth\", which is missing", said.Message);
    }

    [Fact]
    public void Read_LineLongerThanABuffer_IsWhole()
    {
        var texts = new[] { new string('x', 200_000), "end", new string('é', 70_000) };
        var pool = Read(string.Join('\n', texts.Select(t => $"{{\"text\":\"{t}\"}}")), "Say it.");
        Assert.Equal(texts, pool.Texts);
    }

    public void Dispose() => File.Delete(_path);
}
