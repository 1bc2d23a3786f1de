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
    [InlineData("{\"text\":\"one\"}\n{\"text\":", "line 2, is not valid JSON")]
    [InlineData("{\"text\":\"one\"}\n{\"input_text\":\"p\"}", "line 2: \"input_text\" and \"text\" are mixed")]
    [InlineData("[{\"text\":\"one\"},7]", "item 1: expected an object")]
    [InlineData("[{\"text\":\"one\"}", "the array, is not valid JSON")]
    [InlineData(" \n", "holds no item")]
    public void Read_WhatIsNoPool_SaysWhere(string content, string message) => Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Read(content, "Say it.")).Message);

    public void Dispose() => File.Delete(_path);
}
