using DataEfficiency.Portal.Table;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

public sealed class ItemQueryTests
{
    private static (ItemFilter Filter, string? Problem) Read(string query)
    {
        var (filter, problem) = ItemQuery.Read(QueryHelpers.ParseQuery(query).Select(q => KeyValuePair.Create(q.Key, $"{q.Value}")),
            "after");
        return (filter, problem?.ToString());
    }

    [Theory]
    [InlineData("text=two%20words&label=7&annotator=u-1&status=deleted&stratum=first32&sort=-seconds")]
    [InlineData("id=A%207&disagreement=false&flag=true&note=true&suspect=false&gold=true&sort=random")]
    [InlineData("skips=2..&seconds=1.5..20&answered=2026-01-31..2026-02-01&metadata.a%26b=%3D%22")]
    [InlineData("skips=1&seconds=..9&answered=..2026-02-01"), InlineData("answered=2026-02-01"), InlineData("sort=-file"), InlineData("")]
    public void Write_OfWhatWasRead_IsTheSame(string query)
    {
        var (filter, problem) = Read(query);
        Assert.Null(problem);
        Assert.Equal(query, ItemQuery.Write(filter));
        Assert.Equal(filter, Read(ItemQuery.Write(filter)).Filter);
    }

    [Theory]
    [InlineData("passwordHash=x", "“passwordHash” is no column"), InlineData("metadata=x", "“metadata” is no column")]
    [InlineData("Text=x", "“Text” is no column"), InlineData("sort=gold", "“gold” is nothing that items can be sorted by")]
    [InlineData("sort=passwordHash", "passwordHash"), InlineData("label=refund", "label cannot be “refund”")]
    [InlineData("status=0", "status cannot be “0”"), InlineData("skips=many", "skips cannot be “many”")]
    [InlineData("seconds=..", "seconds cannot be “..”"), InlineData("seconds=1e400", "seconds cannot be")]
    [InlineData("answered=yesterday", "a day such as 2026-01-31"), InlineData("flag=1", "It takes: true, false")]
    public void Read_OfWhatItDoesNotKnow_IsRefused_AndSaysWhatThereIs(string query, string says) =>
        Assert.Contains(says, Read(query).Problem);

    [Fact]
    public void Read_LeavesOutWhatIsEmptyOrAnothers()
    {
        Assert.Equal((new ItemFilter(), null), Read("open=&after=7&text="));
        Assert.Contains("longer than 500", Read("text=" + new string('x', 501)).Problem);
    }

    [Fact]
    public void With_AnotherValue_KeepsTheRest_WithNone_AsksNothingOfIt()
    {
        var (filter, _) = Read("seconds=5..&flag=true");
        Assert.Equal("flag=true", ItemQuery.Write(ItemQuery.With(filter, ItemColumn.Seconds, "").Filter));
        Assert.Equal("flag=true&seconds=..7", ItemQuery.Write(ItemQuery.With(filter, ItemColumn.Seconds, "..7").Filter));
        Assert.NotNull(ItemQuery.With(filter, ItemColumn.Seconds, "soon").Problem);
    }
}
