using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class EstimateHubTests
{
    [Fact]
    public async Task Watch_ByToken_StreamsTheNewestAndThenEachFollowing()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.LabelAndWaitAsync(project, 8);
        await using var client = await ConnectAsync(world, project, ProjectRole.Lead);
        await using var stream = client.StreamAsync<ForecastUpdate>("Watch", project).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal((8L, 8), (stream.Current.LabelVersion, stream.Current.Estimate!.CosLow.Count));
        await world.LabelAsync(project, 2);
        world.Queue.Ring(project);
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal((10L, 10), (stream.Current.LabelVersion, stream.Current.Estimate!.CosLow.Count));
        Assert.Equal(.9, stream.Current.Estimate.Target.Share);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ProjectRole.Annotator)]
    public async Task Watch_ByStrangersAndAnnotators_IsRefused(ProjectRole? role)
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(40, drawn: true);
        await using var client = await ConnectAsync(world, project, role);
        await using var stream = client.StreamAsync<ForecastUpdate>("Watch", project).GetAsyncEnumerator();
        var refused = await Assert.ThrowsAsync<HubException>(async () => await stream.MoveNextAsync());
        Assert.Contains("403", refused.Message);
    }

    [Fact]
    public async Task Watch_MembershipEnds_StreamEnds()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await using var client = await ConnectAsync(world, project, ProjectRole.Lead);
        await using var stream = client.StreamAsync<ForecastUpdate>("Watch", project).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        await world.WriteAsync(db => db.Memberships.Where(m => m.ProjectId == project).ExecuteDeleteAsync());
        await world.LabelAsync(project, 1);
        world.Queue.Ring(project);
        await Assert.ThrowsAsync<HubException>(async () => await stream.MoveNextAsync());
    }

    [Fact]
    public async Task Watch_MembershipEndsAndNoPictureComes_StreamEndsAllTheSame()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(40, drawn: true);
        await using var client = await ConnectAsync(world, project, ProjectRole.Lead);
        await using var stream = client.StreamAsync<ForecastUpdate>("Watch", project).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        await world.WriteAsync(db => db.Memberships.Where(m => m.ProjectId == project).ExecuteDeleteAsync());

        var refused = await Assert.ThrowsAsync<HubException>(async () => { while (await stream.MoveNextAsync()) { } });

        Assert.Contains("403", refused.Message);
    }

    [Theory]
    [InlineData("revoked"), InlineData("over"), InlineData("reset"), InlineData("role")]
    public async Task Watch_WhatItCameByEnds_StreamEndsThoughTheMembershipStays(string how)
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(40, drawn: true);
        await using var client = await ConnectAsync(world, project, ProjectRole.Lead);
        await using var stream = client.StreamAsync<ForecastUpdate>("Watch", project).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());

        await world.WriteAsync(async db =>
        {
            var ada = await db.Users.Where(u => u.UserName == "ada").Select(u => u.Id).SingleAsync();
            if (how == "revoked") await db.AccessTokens.ExecuteUpdateAsync(t => t.SetProperty(x => x.RevokedAt, 1));
            else if (how == "over") await db.AccessTokens.ExecuteUpdateAsync(t => t.SetProperty(x => x.ExpiresAt, 1));
            else await db.Users.Where(u => u.Id == ada).ExecuteUpdateAsync(u => u.SetProperty(x => x.SecurityStamp, how));
        });

        var refused = await Assert.ThrowsAsync<HubException>(async () => { while (await stream.MoveNextAsync()) { } });
        Assert.Contains("403", refused.Message);
    }

    [Fact]
    public async Task Watch_MoreThanADashboardHas_IsRefusedUntilOneEnds()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(40, drawn: true);
        await using var client = await ConnectAsync(world, project, ProjectRole.Lead);
        using var end = new CancellationTokenSource();
        List<IAsyncEnumerator<ForecastUpdate>> streams = [];
        async Task OpenAsync()
        {
            streams.Add(client.StreamAsync<ForecastUpdate>("Watch", project, end.Token).GetAsyncEnumerator());
            Assert.True(await streams[^1].MoveNextAsync());
        }

        for (var i = 0; i < EstimateHub.MostStreams; i++) await OpenAsync();

        Assert.Contains("429", (await Assert.ThrowsAsync<HubException>(OpenAsync)).Message);
        await end.CancelAsync();
    }

    [Fact]
    public async Task Connect_WithoutToken_Is401()
    {
        using var world = new EstimatingWorld();
        await world.AddPersonAsync("ada", GlobalRoles.Admin);
        await using var client = Client(world, null);
        Assert.Contains("401", (await Assert.ThrowsAsync<HttpRequestException>(() => client.StartAsync())).Message);
    }

    private static async Task<HubConnection> ConnectAsync(EstimatingWorld world, int project, ProjectRole? role)
    {
        var user = await world.AddPersonAsync("ada");
        if (role is { } given) await world.AddMemberAsync(project, user.Id, given);
        var client = Client(world, await world.Services.GetRequiredService<AccessTokens>()
            .CreateAsync(user.Id, "test", CancellationToken.None));
        await client.StartAsync();
        return client;
    }

    // the test server has no real sockets: long polling goes through its handler
    private static HubConnection Client(EstimatingWorld world, string? token) => new HubConnectionBuilder()
        .WithUrl(new Uri(world.Server.BaseAddress, EstimateHub.Path), options =>
        {
            options.HttpMessageHandlerFactory = _ => world.Server.CreateHandler();
            options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.LongPolling;
            options.AccessTokenProvider = () => Task.FromResult(token);
        }).Build();
}
