using DataEfficiency.Portal.Guidelines;
using Xunit;

namespace DataEfficiency.Portal.Tests.Guidelines;

public class TextChangesTests
{
    [Theory]
    [InlineData("", "new\n", "+[new\n]")]
    [InlineData("a b c", "a b c", "a b c")]
    [InlineData("Refunds are `refund`.", "Refunds are always `refund`.", "Refunds are +[always ]`refund`.")]
    [InlineData("# Cards\nLost cards: block.\nOther.\n", "# Cards\nLost or stolen cards: block.\n",
        "# Cards\nLost +[or stolen ]cards: block.\n-[Other.\n]")]
    [InlineData("one\r\ntwo", "one\ntwo", "one\ntwo")]
    [InlineData("カードを止める", "カードをすぐ止める", "カードを+[すぐ]止める")]
    public void Of_TwoTexts_MarksWordsThatCameAndWent(string before, string after, string marked) =>
        Assert.Equal(marked, string.Concat(TextChanges.Of(before, after).Select(c => c.Change switch
        {
            TextChange.Added => $"+[{c.Text}]", TextChange.Removed => $"-[{c.Text}]", _ => c.Text,
        })));

    [Fact]
    public void Of_LongTextsThatShareNothing_IsDoneAtOnce()
    {
        var (before, after) = (string.Join(' ', Enumerable.Range(0, 15_000)), string.Join(' ', Enumerable.Range(20_000, 15_000)));

        Assert.Equal([(TextChange.Removed, before), (TextChange.Added, after)],
            TextChanges.Of(before, after).Select(c => (c.Change, c.Text)));
    }
}
