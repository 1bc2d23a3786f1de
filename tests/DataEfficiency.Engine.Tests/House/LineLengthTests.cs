namespace DataEfficiency.Engine.Tests.House;

public class LineLengthTests
{
    // As .editorconfig says in max_line_length.
    private const int Longest = 140;

    [Theory]
    [InlineData("src/DataEfficiency.Engine"), InlineData("src/DataEfficiency.Prompts"), InlineData("src/DataEfficiency.Cli"),
        InlineData("src/DataEfficiency.Hub")]
    [InlineData("tests/DataEfficiency.Engine.Tests"), InlineData("tests/DataEfficiency.Prompts.Tests")]
    [InlineData("src/DataEfficiency.Portal"), InlineData("wwwroot")]
    [InlineData("tests/DataEfficiency.Portal.Tests"), InlineData("tests/DataEfficiency.Browser.Tests")]
    public void Files_EveryLine_EndsByTheColumn(string folder)
    {
        Assert.Contains($"max_line_length = {Longest}", File.ReadAllText(SourceTree.At(".editorconfig")));
        SourceTree.None(from file in SourceTree.Files(folder.Split('/'))
                        from line in file.Text.Split('\n').Select((text, i) => (Width: text.TrimEnd('\r').Length, Number: i + 1))
                        where line.Width > Longest
                        select $"{file.Path}:{line.Number} has {line.Width}");
    }
}
