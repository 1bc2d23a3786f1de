using System.Buffers.Text;
using System.Net;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

/// <summary>Names that people type have an end, whatever the form says.</summary>
public sealed class NamesTests
{
    private static readonly string Long = new('x', 100_000);

    [Fact]
    public async Task Name_LongerThanAName_IsRefusedOnTheAccountPage()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        var browser = await portal.SignedInAsync("ada");

        var answer = await PortalFactory.PostFormAsync(browser, "/account", "profile", new() { ["Input.DisplayName"] = Long });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("100 characters at most", await answer.Content.ReadAsStringAsync());
        await using var db = await portal.OpenDbAsync();
        Assert.Equal("ada", (await db.Users.SingleAsync()).DisplayName);
    }

    [Theory]
    [InlineData("A\u202Eda\u2066\nB\u001b[31m", "Ada B[31m"), InlineData("\u202E\u0007\uFEFF", null)]
    public async Task Name_WithWhatTurnsOrBreaksLines_IsKeptWithoutIt(string typed, string? kept)
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        var browser = await portal.SignedInAsync("ada");

        var answer = await PortalFactory.PostFormAsync(browser, "/account", "profile", new() { ["Input.DisplayName"] = typed });

        Assert.Equal(kept is null ? HttpStatusCode.OK : HttpStatusCode.Redirect, answer.StatusCode);
        await using var db = await portal.OpenDbAsync();
        Assert.Equal(kept ?? "ada", (await db.Users.SingleAsync()).DisplayName);
        var project = new Project();
        new DataEfficiency.Portal.Projects.ProjectForm { Name = typed }.ApplyTo(project);
        Assert.Equal(kept ?? "", project.Name);
    }

    [Fact]
    public async Task Name_LongerThanAName_IsRefusedAtTheInvitation()
    {
        await using var portal = new PortalFactory();
        var admin = await portal.AddPersonAsync("admin", GlobalRoles.Admin);
        var links = portal.Services.GetRequiredService<AccountLinks>();
        var secret = (await links.InviteAsync(TestPrincipal.Of(admin), null, null, null)).Secret!;

        Assert.NotEmpty(await links.AcceptAsync(secret, Long, "ada", PortalFactory.Password));
        Assert.NotEmpty(await links.AcceptAsync(secret, "Ada", Long, PortalFactory.Password));
        Assert.Empty(await links.AcceptAsync(secret, "Ada", "ada", PortalFactory.Password));
    }

    [Fact]
    public async Task Token_WithALongName_KeepsItsBeginning()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var tokens = portal.Services.GetRequiredService<AccessTokens>();

        await tokens.CreateAsync(ada.Id, Long, CancellationToken.None);

        Assert.Equal(60, (await tokens.ListAsync(ada.Id))[0].Name.Length);
    }

    [Fact]
    public async Task Tokens_MadeAndRevoked_AreInTheAudit()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        var tokens = portal.Services.GetRequiredService<AccessTokens>();
        await tokens.CreateAsync(ada.Id, "notebook", CancellationToken.None);

        await tokens.RevokeAsync(ada.Id, (await tokens.ListAsync(ada.Id))[0].Id, CancellationToken.None);

        await using var db = await portal.OpenDbAsync();
        Assert.Equal([("token.made", null, "notebook"), ("token.revoked", "notebook", null)],
            (await db.Audit.OrderBy(a => a.Id).ToListAsync()).Select(a => (a.What, a.Before, a.After)));
    }

    [Fact]
    public async Task Passkey_Removed_IsInTheAudit_AndOneThatThereIsNotIsNot()
    {
        await using var portal = new PortalFactory();
        var ada = await portal.AddPersonAsync("ada");
        await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.UserPasskeys.Add(new IdentityUserPasskey<string>
            {
                UserId = ada.Id, CredentialId = [1, 2, 3],
                Data = new() { Name = "laptop", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1] },
            });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        var browser = await portal.SignedInAsync("ada");

        foreach (var credential in new byte[][] { [1, 2, 4], [1, 2, 3], [1, 2, 3] })
            using (await PortalFactory.PostFormAsync(browser, "/account", "passkey-remove",
                new() { ["Remove"] = Base64Url.EncodeToString(credential) })) { }

        await using var db = await portal.OpenDbAsync();
        Assert.Equal((0, ("passkey.removed", "laptop", ada.Id)), (await db.UserPasskeys.CountAsync(),
            (await db.Audit.ToListAsync()).Select(a => (a.What, a.Before!, a.UserId)).Single()));
    }
}
