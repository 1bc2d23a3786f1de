using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class LabelledExamplesTests
{
    [Fact]
    public async Task Read_EveryWayAnItemCanBeAnswered_SaysWhichAndInWhatOrder()
    {
        using var world = new LabelingWorld();
        await world.AddPoolAsync(7);
        await world.SetProjectAsync(p => p.Name = "p");
        await using (var db = await world.OpenDbAsync())
        {
            db.Users.AddRange(new AppUser { Id = "u" }, new AppUser { Id = "v" });
            await db.SaveChangesAsync();
            await db.Items.Where(i => i.Line == 6).ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, ItemSplit.Validation));
            Answer(1, Stratum.Active);
            Answer(2, Stratum.Random);
            Answer(3, Stratum.First32);
            Answer(4, Stratum.Imported, AnswerRole.Import);
            // two who disagree, and a review that decides: chosen at random all the same
            Answer(5, Stratum.Random);
            Answer(5, Stratum.Random, user: "v", label: 1);
            Answer(5, default, AnswerRole.Review, "v", 1);
            // a card of before the item was set aside
            Answer(6, Stratum.Random);
            // two who disagree: nothing is learned from it
            Answer(7, Stratum.Random);
            Answer(7, Stratum.Random, user: "v", label: 1);
            await db.SaveChangesAsync();
            var project = await db.Projects.SingleAsync(p => p.Id == world.ProjectId);
            foreach (var item in await db.Items.Select(i => i.Id).ToListAsync())
                await FinalAnswers.SettleAsync(db, project, item, CancellationToken.None);

            void Answer(int line, Stratum stratum, AnswerRole role = AnswerRole.Annotator, string user = "u", int label = 0)
            {
                db.Answers.Add(new Answer
                {
                    SubmissionId = Guid.NewGuid(), ProjectId = world.ProjectId, ItemId = db.Items.Single(i => i.Line == line).Id,
                    UserId = user, LabelId = world.LabelIds[label], AnswerText = $"answer {label}", Stratum = stratum, Role = role,
                });
                db.SaveChanges();
            }
        }

        await using var read = await world.OpenDbAsync();
        var labels = await read.Labels.ToListAsync();
        labels.Single(l => l.AnswerText == "answer 1").AnswerText = "reworded";
        var examples = await LabelledExamples.ReadAsync(read, world.ProjectId, TaskKinds.Of(TaskType.SingleChoice), labels,
            CancellationToken.None);
        Assert.Equal(
        [
            ("text 0", "answer 0", Stratum.Active), ("text 1", "answer 0", Stratum.Random), ("text 2", "answer 0", Stratum.First32),
            ("text 3", "answer 0", Stratum.Imported), ("text 4", "reworded", Stratum.Random), ("text 5", "answer 0", Stratum.Test),
        ], examples.Select(e => (e.Example.Text, e.Example.Answer, e.Stratum)));
    }

    // What a model that was fine-tuned on these labels answers says nothing of where the untrained one begins.
    [Fact]
    public async Task Read_AfterARanking_HasTheUntrainedModelsAnswers()
    {
        using var world = new LabelingWorld();
        await world.AddPoolAsync(3);
        await world.SetProjectAsync(p => p.Name = "p");
        int ranking;
        await using (var db = await world.OpenDbAsync())
        {
            db.Users.Add(new AppUser { Id = "u" });
            var made = db.Rankings.Add(new Ranking { ProjectId = world.ProjectId, Model = "m" }).Entity;
            await db.SaveChangesAsync();
            ranking = made.Id;
            var project = await db.Projects.SingleAsync(p => p.Id == world.ProjectId);
            project.RankingId = ranking;
            foreach (var item in await db.Items.OrderBy(i => i.Line).ToListAsync())
            {
                db.Answers.Add(new Answer
                {
                    SubmissionId = Guid.NewGuid(), ProjectId = world.ProjectId, ItemId = item.Id, UserId = "u",
                    LabelId = world.LabelIds[0], AnswerText = "answer 0", Stratum = Stratum.Random,
                });
                if (item.Line != 2)
                    db.ItemScores.Add(new ItemScore { ItemId = item.Id, RankingId = ranking, ModelAnswer = $"said {item.Line}" });
                await db.SaveChangesAsync();
                await FinalAnswers.SettleAsync(db, project, item.Id, CancellationToken.None);
            }
        }

        Assert.Equal(["said 1", null, "said 3"], await AnswersAsync());
        await using (var db = await world.OpenDbAsync())
        {
            var check = db.Checks.Add(new Check { ProjectId = world.ProjectId, Model = "m", ModelSha256 = "f00d" }).Entity;
            await db.SaveChangesAsync();
            await db.Rankings.Where(r => r.Id == ranking).ExecuteUpdateAsync(r => r.SetProperty(x => x.CheckId, check.Id));
        }
        Assert.Equal([null, null, null], await AnswersAsync());

        async Task<IEnumerable<string?>> AnswersAsync()
        {
            await using var db = await world.OpenDbAsync();
            return (await LabelledExamples.ReadAsync(db, world.ProjectId, TaskKinds.Of(TaskType.SingleChoice),
                await db.Labels.ToListAsync(), CancellationToken.None)).Select(e => e.ModelAnswer);
        }
    }
}
