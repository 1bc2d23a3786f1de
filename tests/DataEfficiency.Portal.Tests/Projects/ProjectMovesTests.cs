using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

public sealed class ProjectMovesTests : IDisposable
{
    private readonly EstimatingWorld _world = new();

    private ProjectStates States => _world.Services.GetRequiredService<ProjectStates>();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task BringBack_OfAProjectThatWasStopped_IsStoppedAgainAndCanBeReopened()
    {
        var id = await _world.AddPoolAsync(3);
        foreach (var move in new[] { ProjectMove.Stop, ProjectMove.Archive, ProjectMove.BringBack })
            Assert.True(await States.MoveAsync(id, move, "lead"), move.ToString());
        var back = await _world.ProjectAsync(id);
        Assert.Equal(ProjectState.Stopped, back.State);
        Assert.Equal(back.StoppedAt, (await PictureAsync(id)).StoppedAt);

        Assert.True(await States.MoveAsync(id, ProjectMove.Reopen, "lead"));
        Assert.Equal(ProjectState.Active, (await _world.ProjectAsync(id)).State);
        Assert.Null((await PictureAsync(id)).StoppedAt);
    }

    [Fact]
    public async Task BringBack_OfAProjectThatWasPaused_IsPausedAgain()
    {
        var id = await _world.AddPoolAsync(3);
        foreach (var move in new[] { ProjectMove.Pause, ProjectMove.Archive, ProjectMove.BringBack })
            Assert.True(await States.MoveAsync(id, move, "lead"), move.ToString());
        Assert.Equal((ProjectState.Paused, null), ((await _world.ProjectAsync(id)).State, (await _world.ProjectAsync(id)).ArchivedFrom));

        // an archive of later on knows nothing of that pause
        foreach (var move in new[] { ProjectMove.Resume, ProjectMove.Archive, ProjectMove.BringBack })
            Assert.True(await States.MoveAsync(id, move, "lead"), move.ToString());
        Assert.Equal(ProjectState.Active, (await _world.ProjectAsync(id)).State);
    }

    [Theory]
    [InlineData(ProjectMove.Stop), InlineData(ProjectMove.Pause)]
    public async Task Move_ThatSomebodyElseMadeBefore_ChangesNothing(ProjectMove move)
    {
        var id = await _world.AddPoolAsync(3);
        Assert.True(await States.MoveAsync(id, move, "lead"));
        Assert.False(await States.MoveAsync(id, move, "lead"));
        await using var db = await _world.OpenDbAsync();
        Assert.Equal("lead", (await db.Audit.SingleAsync(a => a.ProjectId == id)).UserId);
    }

    [Fact]
    public async Task Picture_OfAProjectThatAnOlderPortalLeftActiveWithItsStop_IsNotStopped()
    {
        var id = await _world.AddPoolAsync(3);
        await _world.WriteAsync(db => db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(p => p.SetProperty(x => x.StoppedAt, 1)));
        Assert.Null((await PictureAsync(id)).StoppedAt);
    }

    /// <summary>Each state has a way to Active, or is archived and has a way back.</summary>
    [Fact]
    public void Table_EveryState_HasAWayOut()
    {
        foreach (var state in Enum.GetValues<ProjectState>())
            foreach (var (stopped, visible) in new[] { (false, 0), (false, 1), (true, 1) })
            {
                var project = new Project { State = state, StoppedAt = stopped ? 1 : null, VisibleImport = visible };
                for (var steps = 0; project.State != ProjectState.Active; steps++)
                {
                    Assert.True(steps < 3, $"{state} has no way to Active");
                    var move = new[] { ProjectMove.BringBack, ProjectMove.Resume, ProjectMove.Reopen, ProjectMove.Begin }
                        .First(m => ProjectMoves.To(project, m) is not null);
                    project.State = ProjectMoves.To(project, move)!.Value;
                }
            }
    }

    private async Task<ForecastUpdate> PictureAsync(int id) =>
        (await _world.Services.GetRequiredService<ForecastReader>().ReadAsync(id))!;
}
