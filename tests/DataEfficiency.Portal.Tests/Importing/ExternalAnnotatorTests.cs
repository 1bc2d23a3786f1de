using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>Answers that a file brings are a person's with a name and no way in, not the uploader's own.</summary>
public sealed class ExternalAnnotatorTests
{
    [Fact]
    public async Task Import_WithLabels_AreTheFilesAndNotTheUploaders()
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync("text,label\none,refund\ntwo,\n", "a.csv", AnswerUse.Labels);

        await using var db = await pool.Portal.OpenDbAsync();
        var answer = await db.Answers.SingleAsync();
        var person = await db.Users.SingleAsync(u => u.Id == answer.UserId);
        Assert.Equal((ExternalAnnotator.IdOf(import.Id), "a.csv (imported)", true), (person.Id, person.DisplayName, person.IsExternal));
        Assert.Equal((null, null), (person.UserName, person.PasswordHash));
        Assert.Empty(await pool.Portal.Services.GetRequiredService<RecentAnswers>()
            .ReadAsync(pool.ProjectId, pool.LeadId, null, CancellationToken.None));
    }

    [Fact]
    public async Task ExternalPeople_EvenWithAPassword_CannotSignInAndStandOnNoList()
    {
        await using var pool = await PoolFixture.StartAsync();
        var import = await pool.ImportAsync("text,label\none,refund\n", "a.csv", AnswerUse.Labels);
        await pool.Portal.AddPersonAsync("root", DataEfficiency.Portal.Storage.GlobalRoles.Admin);
        await using (var scope = pool.Portal.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<DataEfficiency.Portal.Storage.AppUser>>();
            var person = (await users.FindByIdAsync(ExternalAnnotator.IdOf(import.Id)))!;
            person.PasswordHash = users.PasswordHasher.HashPassword(person, PortalFactory.Password);
            (person.UserName, person.NormalizedUserName) = ("sneak", "SNEAK");
            await users.UpdateAsync(person);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => pool.Portal.SignedInAsync("sneak"));
        using var admin = await pool.Portal.SignedInAsync("root");
        var page = await admin.GetStringAsync("/people");
        Assert.Contains("root", page);
        Assert.DoesNotContain("(imported)", page);
    }

    [Fact]
    public async Task Delete_Project_TakesItsExternalPeopleWithIt()
    {
        await using var pool = await PoolFixture.StartAsync();
        await pool.ImportAsync("text,label\none,refund\n", "a.csv", AnswerUse.Labels);

        await pool.Portal.Services.GetRequiredService<ProjectService>().DeleteAsync(pool.ProjectId, pool.LeadId);

        using var limit = new CancellationTokenSource(Patience.Long);
        await using var read = await pool.Portal.OpenDbAsync();
        while (await read.Projects.AnyAsync()) await Task.Delay(20, limit.Token);
        Assert.False(await read.Users.AnyAsync(u => u.IsExternal));
    }
}
