using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

/// <summary>The start page's list: each project once, what waits for its reader first.</summary>
public sealed class ProjectRowTests
{
    private static readonly IReadOnlyList<ProjectRow> Rows = ProjectRow.Of(
        [Led(1, "Archive", ProjectsWords.TagArchived, ProjectState.Archived), Led(2, "Quiet", EstimatingWords.TagKeepLabeling),
            Led(3, "Decide", EstimatingWords.TagStop), Led(4, "Both", EstimatingWords.TagKeepLabeling)],
        [Work(4, "Both", 12), Work(5, "Guest", 3), Work(6, "Finished", 0, ProjectState.Stopped)]);

    [Fact]
    public void Project_LedAndLabelled_IsOneLine()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6], Rows.Select(r => r.Id).Order());
        Assert.True(Rows.Single(r => r.Id == 4) is { Card: not null, CanLabel: true });
    }

    [Fact]
    public void WhatWaits_ComesFirst_AndTheArchiveLast()
    {
        var order = new ProjectView().Of(Rows).Select(r => r.Name).ToList();
        Assert.Equal("Decide", order[0]);
        Assert.Equal(["Both", "Guest"], order.Skip(1).Take(2).Order());
        Assert.Equal("Archive", order[^1]);
        Assert.Equal("confirm the stop", Rows.Single(r => r.Id == 3).ToDo);
    }

    [Fact]
    public void Viewer_OfAProjectThatAdvisesTheStop_HasNothingToDo()
    {
        var row = Assert.Single(ProjectRow.Of([Led(3, "Decide", EstimatingWords.TagStop) with { Led = false }], []));
        Assert.Equal((null, false, 2), (row.ToDo, row.CanLabel, row.Waits));
    }

    [Theory]
    [InlineData(ProjectFilter.Waiting, "Both Decide Guest")]
    [InlineData(ProjectFilter.Active, "Both Decide Guest Quiet")]
    [InlineData(ProjectFilter.Ended, "Finished")]
    [InlineData(ProjectFilter.Archived, "Archive")]
    public void Filter_NarrowsByState(ProjectFilter filter, string names) =>
        Assert.Equal(names, string.Join(' ', new ProjectView(Filter: filter, Order: ProjectOrder.Name).Of(Rows).Select(r => r.Name)));

    [Fact]
    public void Search_FindsEveryWord_InAnyCase() => Assert.Equal("Decide", Assert.Single(new ProjectView("DE ci").Of(Rows)).Name);

    private static ProjectCard Led(int id, string name, Said tag, ProjectState state = ProjectState.Active) =>
        new(new Project { Id = id, Name = name, State = state }, 10 * id, tag, VerdictTone.Go, "", [], Led: true);

    private static ProjectWork Work(int id, string name, int open, ProjectState state = ProjectState.Active) =>
        new(id, name, state, open, 0, null, id);
}
