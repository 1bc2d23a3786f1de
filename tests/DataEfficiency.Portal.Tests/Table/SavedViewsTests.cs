using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Table;

public sealed class SavedViewsTests : IAsyncLifetime
{
    private const string Other = TableWorld.Bob;
    private readonly TableWorld _world = new();
    private SavedViews _views = null!;

    public async Task InitializeAsync()
    {
        await _world.StartAsync(1);
        await _world.WriteAsync(db => db.Memberships.Where(m => m.UserId == Other)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, ProjectRole.Lead)));
        _views = new SavedViews(_world, _world.Writes, _world.Clock);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private Task<(int Id, BulkRefusal? Refusal)> SaveAsync(string person, string name, string query, bool shared = false) =>
        _views.SaveAsync(_world.ProjectId, person, name, query, shared, CancellationToken.None);

    private async Task<string> ListAsync(string person) => string.Join("; ", (await _views.ListAsync(_world.ProjectId, person,
        CancellationToken.None)).Select(v => $"{v.Name} {v.Query} {v.Own} {v.By}"));

    [Fact]
    public async Task Views_AreOnesOwnAndThoseThatAreShared_AndGoByTheirOwner()
    {
        await SaveAsync(TableWorld.Lead, " slow ", "seconds=20..");
        var (shared, _) = await SaveAsync(TableWorld.Lead, "flags", "flag=true&open=", shared: true);
        await SaveAsync(Other, "slow", "seconds=60..");

        Assert.Equal("flags flag=true True lead; slow seconds=20.. True lead", await ListAsync(TableWorld.Lead));
        Assert.Equal("slow seconds=60.. True bob; flags flag=true False lead", await ListAsync(Other));
        Assert.False(await _views.RemoveAsync(_world.ProjectId, Other, shared, CancellationToken.None));
        await SaveAsync(TableWorld.Lead, "slow", "seconds=30..");
        Assert.True(await _views.RemoveAsync(_world.ProjectId, TableWorld.Lead, shared, CancellationToken.None));
        Assert.Equal("slow seconds=30.. True lead", await ListAsync(TableWorld.Lead));
    }

    [Fact]
    public async Task Save_OfWhatIsNoView_IsRefused()
    {
        Assert.Equal(ApiCodes.Role, (await SaveAsync(TableWorld.Ada, "mine", "flag=true")).Refusal?.Code);
        Assert.Equal(ApiCodes.BadRequest, (await SaveAsync(TableWorld.Lead, " ", "flag=true")).Refusal?.Code);
        Assert.Equal(ApiCodes.BadRequest, (await SaveAsync(TableWorld.Lead, new string('x', 61), "flag=true")).Refusal?.Code);
        Assert.Contains("no column", (await SaveAsync(TableWorld.Lead, "mine", "passwordHash=x")).Refusal!.Why.ToString());
        Assert.Equal("", await ListAsync(TableWorld.Lead));
    }
}
