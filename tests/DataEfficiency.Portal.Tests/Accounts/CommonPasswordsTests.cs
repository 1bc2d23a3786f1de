using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class CommonPasswordsTests
{
    [Theory]
    [InlineData("password123"), InlineData("Password123!"), InlineData("p@ssw0rd123"), InlineData("P4$$w0rd2024"), InlineData("1password1")]
    [InlineData("qwertyuiop"), InlineData("qwerty12345"), InlineData("QWERTYuiop!"), InlineData("asdfghjkl1"), InlineData("1q2w3e4r5t")]
    [InlineData("1qaz2wsx3edc"), InlineData("zaq12wsx34"), InlineData("qwertz1234"), InlineData("azertyuiop"), InlineData("qazwsxedc1")]
    [InlineData("iloveyou12"), InlineData("iloveyou!!!"), InlineData("ILoveYou2023"), InlineData("Summer2024!"), InlineData("winter2025")]
    [InlineData("1234567890"), InlineData("0987654321"), InlineData("0123456789"), InlineData("1111111111"), InlineData("1212121212")]
    [InlineData("letmein123"), InlineData("l3tm3in123"), InlineData("welcome123"), InlineData("we1come2024"), InlineData("admin12345")]
    [InlineData("passwordpassword"), InlineData("abcdefghij"), InlineData("abcd123456"), InlineData("aaaaaaaaaaaa"),
        InlineData("football10")]
    [InlineData("michael123"), InlineData("superman99"), InlineData("liverpool1"), InlineData("princess12"), InlineData("sunshine01")]
    [InlineData("September2023"), InlineData("monday1234"), InlineData("dragon2000"), InlineData("monkey12345"), InlineData("changeme123")]
    [InlineData("Passwort123"), InlineData("hallo12345"), InlineData("trustno1trustno1"), InlineData("starwars77"),
        InlineData("default1234")]
    public void Password_ThatIsTriedFirst_IsCommon(string password) => Assert.True(CommonPasswords.IsCommon(password));

    [Fact]
    public void Passwords_DrawnAtRandom_AreNotCommon()
    {
        var random = new Random(11);
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!?-_.";
        for (var i = 0; i < 20_000; i++)
        {
            var password = new string(random.GetItems(letters.AsSpan(), random.Next(10, 16)));
            Assert.False(CommonPasswords.IsCommon(password), password);
        }
    }

    [Theory]
    [InlineData("correct horse battery"), InlineData("another long one"), InlineData("gravel-otter-4-teapot"),
        InlineData("Tuesday we eat soup")]
    [InlineData("xkcd#936staple"), InlineData("my password is long"), InlineData("7 geese over Ulm"), InlineData("vT9#kq2LmZ")]
    public void Password_OfSeveralWordsOrNone_IsFine(string password) => Assert.False(CommonPasswords.IsCommon(password));

    [Fact]
    public void List_Made_HasMoreThanTenThousandEntriesThatOneMayType() =>
        Assert.InRange(CommonPasswords.All.Count(p => p.Length >= 10), 10_000, 500_000);

    [Theory]
    [InlineData("password123"), InlineData("Bernadette1984!"), InlineData("ninechars")]
    public async Task Invitation_WithSuchAPassword_IsRefusedAndStaysUsable(string password)
    {
        await using var portal = new PortalFactory();
        var admin = await portal.AddPersonAsync("admin", GlobalRoles.Admin);
        var links = portal.Services.GetRequiredService<AccountLinks>();
        var secret = (await links.InviteAsync(TestPrincipal.Of(admin), null, null, null)).Secret!;

        Assert.NotEmpty(await links.AcceptAsync(secret, "B", "bernadette", password));
        Assert.Empty(await links.AcceptAsync(secret, "B", "bernadette", PortalFactory.Password));
    }
}
