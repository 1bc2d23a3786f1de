using System.Text.Json;
using CsCheck;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>Figures folded from commits are those that the rows give.</summary>
public sealed class FigureBookTests : IDisposable
{
    private const int Items = 60, Cases = 12;
    private readonly LabelingWorld _world = new();

    private FigureBook Book => _world.Services.GetRequiredService<FigureBook>();

    private enum Act { Answer, Correct, Skip, TakeBack, AnswerSkipped, Import, Rank, Leave }

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Figures_AfterAnyHistory_AreThoseOfTheRows()
    {
        // answers and corrections are what happens most
        var act = Gen.Frequency((8, Gen.Const(Act.Answer)), (4, Gen.Const(Act.Correct)), (3, Gen.Const(Act.Skip)),
            (2, Gen.Const(Act.TakeBack)), (2, Gen.Const(Act.AnswerSkipped)),
            (1, Gen.Const(Act.Import)), (1, Gen.Const(Act.Rank)), (1, Gen.Const(Act.Leave)));
        var histories = Gen.Select(act, Gen.Int[0, 2], Gen.Int[0, 3]).Array[1, 25].Array[Cases];
        foreach (var history in histories.Single(_ => true, "0N0XIzNsQ0O2"))
        {
            await _world.AddPoolAsync(Items, drawn: 40);
            var people = new List<Annotator>();
            for (var i = 0; i < 3; i++) people.Add(await _world.AddAnnotatorAsync($"{_world.ProjectId}-{i}"));
            await FoldedAsync();
            foreach (var (what, who, choice) in history) await DoAsync(what, people, who, choice);
            Assert.Equal(await FromRowsAsync(), await FoldedAsync());
        }
    }

    [Fact]
    public async Task Figures_ReadWhileAnswersAreCommitted_MissNone()
    {
        await _world.AddPoolAsync(Items, drawn: 40);
        var ada = await _world.AddAnnotatorAsync("ada");
        var labels = _world.Services.GetRequiredService<LabelService>();
        var cards = (await ada.NextAsync(3)).Cards;
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                Book.Forget(_world.ProjectId);
                await Book.OfAsync(_world.ProjectId);
            }
        });
        for (var i = 0; i < 40; i++)
        {
            var answer = ada.Answer(cards[i % cards.Count].ItemId, i % 4);
            await labels.SubmitAsync(_world.ProjectId, ada.UserId, answer, CancellationToken.None);
            if (i % 3 == 2) cards = (await ada.NextAsync(3)).Cards is { Count: > 0 } next ? next : cards;
        }
        await reading;
        Assert.Equal(await FromRowsAsync(), await FoldedAsync());
    }

    [Fact]
    public async Task Figures_OfRowsThatSomebodyElseWrote_AreReadAgainByTheProjectsVersion()
    {
        await _world.AddPoolAsync(4, drawn: 2);
        var ada = await _world.AddAnnotatorAsync("ada");
        var card = Assert.Single((await ada.NextAsync()).Cards);
        await ada.SubmitAsync(ada.Answer(card.ItemId));
        await _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            await db.Finals.ExecuteDeleteAsync(token);
            await db.Slots.ExecuteUpdateAsync(s => s.SetProperty(x => x.AnswerId, (long?)null), token);
            await db.Answers.ExecuteDeleteAsync(token);
            await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), token);
        }, CancellationToken.None);
        Assert.Equal(0, (await ada.NextAsync(0)).Progress.Labels);
    }

    [Fact]
    public async Task Fold_OfWhatWasReadAlready_ChangesNothing()
    {
        await _world.AddPoolAsync(4, drawn: 2);
        var ada = await _world.AddAnnotatorAsync("ada");
        await ada.SubmitAsync(ada.Answer(Assert.Single((await ada.NextAsync()).Cards).ItemId));
        Book.Forget(_world.ProjectId);
        var read = (await Book.OfAsync(_world.ProjectId))!;
        Book.Fold(_world.ProjectId, SkipOf("ada", read.Version));
        Assert.Same(read, await Book.OfAsync(_world.ProjectId));
    }

    /// <summary>A commit is seen in the database before it is folded: who asks in between waits, and no row is read again.</summary>
    [Fact]
    public async Task Figures_AskedBetweenCommitAndFold_AreTheFoldedOnes()
    {
        await _world.AddPoolAsync(4, drawn: 2);
        var before = (await Book.OfAsync(_world.ProjectId))!;
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var asked = new ManualResetEventSlim();
        var write = _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), token);
            db.AfterCommit.Add(() =>
            {
                committed.SetResult();
                asked.Wait(Patience.Long);
                Book.Fold(_world.ProjectId, SkipOf("only folded", before.Version + 1));
            });
        }, CancellationToken.None);
        await committed.Task;
        await using var db = await _world.OpenDbAsync();
        var asking = Book.OfAsync(await db.Projects.AsNoTracking().SingleAsync(p => p.Id == _world.ProjectId));
        asked.Set();
        Assert.Equal(1, (await asking)!.Of("only folded").Skips);
        await write;
    }

    private static FigureChange SkipOf(string user, long version) =>
        new(version, 1, user, null, null, 1, null, null, FirstMayChange: false);

    private async Task DoAsync(Act act, List<Annotator> people, int who, int choice)
    {
        if (people.Count == 0) return;
        var person = people[who % people.Count];
        await using var db = await _world.OpenDbAsync();
        var own = db.Answers.Where(a => a.ProjectId == _world.ProjectId && a.UserId == person.UserId && a.Current)
            .OrderByDescending(a => a.Id);
        switch (act)
        {
            case Act.Answer:
                if ((await person.NextAsync()).Cards is [var card])
                    await person.SubmitAsync(Timed(person.Answer(card.ItemId, choice), choice));
                break;
            case Act.Correct:
                if (await own.Skip(choice).FirstOrDefaultAsync() is { } earlier)
                    await person.SubmitAsync(Timed(person.Answer(earlier.ItemId, choice), choice));
                break;
            case Act.Skip:
                if ((await person.NextAsync()).Cards is [var skipped]) await person.SkipAsync(skipped.ItemId);
                break;
            case Act.TakeBack:
                if (await own.FirstOrDefaultAsync() is { } taken) await person.SkipAsync(taken.ItemId);
                break;
            case Act.AnswerSkipped:
                if (await db.Skips.FirstOrDefaultAsync(s => s.ProjectId == _world.ProjectId && s.UserId == person.UserId) is { } skip)
                    await person.SubmitAsync(person.Answer(skip.ItemId, choice));
                break;
            case Act.Import:
                await ImportAsync(person.UserId, choice);
                break;
            case Act.Rank:
                await _world.SetProjectAsync(p => (p.RankVersion, p.LabelVersion) = (p.RankVersion + 1, p.LabelVersion + 1));
                break;
            case Act.Leave:
                await LeaveAsync(person, people);
                break;
        }
    }

    private static AnswerRecord Timed(AnswerRecord answer, int choice) =>
        answer with { ActiveMs = choice == 3 ? 0 : 50_000 + choice * 9000 };

    /// <summary>As the flip of an import that brings answers.</summary>
    private Task ImportAsync(string userId, int count) => _world.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var items = await db.Items.Where(i => i.ProjectId == _world.ProjectId
            && !db.Answers.Any(a => a.ItemId == i.Id)).OrderByDescending(i => i.Id).Take(count).ToListAsync(token);
        var project = await db.Projects.SingleAsync(p => p.Id == _world.ProjectId, token);
        project.LabelVersion++;
        db.Answers.AddRange(items.Select(i => new Answer
        {
            SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = i.Id, UserId = userId, AnswerText = "answer 1",
            AnswerJson = "{}", Stratum = Stratum.Imported, Role = AnswerRole.Import, LabelVersion = project.LabelVersion,
        }));
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    private async Task LeaveAsync(Annotator person, List<Annotator> people)
    {
        if (people.Count < 3) return;
        var admin = await _world.AddPersonAsync($"admin-{Guid.NewGuid():N}", GlobalRoles.Admin);
        var members = _world.Services.GetRequiredService<ProjectMembers>();
        Assert.Null(await members.RemoveAsync(TestPrincipal.Of(admin), _world.ProjectId, person.UserId));
        people.Remove(person);
    }

    private async Task<string> FoldedAsync()
    {
        await using var db = await _world.OpenDbAsync();
        return Text((await Book.OfAsync(await db.Projects.AsNoTracking().SingleAsync(p => p.Id == _world.ProjectId)))!);
    }

    private async Task<string> FromRowsAsync()
    {
        await using var db = await _world.OpenDbAsync();
        var first32 = _world.Services.GetRequiredService<First32>();
        return Text((await FigureRows.ReadAsync(db, first32, _world.ProjectId, CancellationToken.None))!);
    }

    private static string Text(ProjectFigures figures) => JsonSerializer.Serialize(new
    {
        figures.Version, figures.Strata, figures.Surplus, figures.Answers, figures.Paid, People = figures.People.OrderBy(p => p.Key),
        First = figures.First.Items, Given = figures.First.Finals.OrderBy(g => g.Key), figures.First.Mix,
        figures.Labelled, figures.Decided,
    }, new JsonSerializerOptions { WriteIndented = true, IncludeFields = true });
}
