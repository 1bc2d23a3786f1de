using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Stopping;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Browser.Tests.Looks;

/// <summary>A portal as it looks after weeks: projects of every kind and state, long names, failures, notes, open links.</summary>
public sealed class LookSite : KestrelFactory
{
    public const string Lead = "ada.lovelace-of-the-analytical-engine@example.org";

    private const long Then = 1_770_000_000_000;

    private static readonly string[] Intents =
    [
        "card payment wrong exchange rate or fee charged twice", "Überweisung noch nicht angekommen", "cash withdrawal",
        "lost or stolen card",
        "why verify identity", "verify source of funds", "top up by cash or cheque", "edit personal details", "passcode forgotten",
        "exchange via app", "pending card payment", "supported cards and currencies",
    ];

    public int Labelled { get; private set; }
    public int Empty { get; private set; }
    public int Short { get; private set; }
    public int Stopped { get; private set; }
    public int Ending { get; private set; }
    public string Person { get; private set; } = "";
    public string Invitation { get; private set; } = "";

    public async Task FillAsync()
    {
        _ = Url;
        var lead = await AddPersonAsync(Lead, GlobalRoles.Admin);
        var uma = await AddPersonAsync("uma");
        var bartholomew = await AddPersonAsync("bartholomew.featherstonehaugh-cholmondeley@a-rather-long-domain.example");
        (Labelled, var intents) = await this.AddLabelPoolAsync(300, 60, ranked: true, TaskType.SingleChoice, Intents, text: Enquiry,
            change: p => (p.Name, p.Model, p.PricePerLabel, p.Guideline, p.Instruction) = (
                "Enquiries to a bank, by what the customer who writes them wants to have done", "fake", .3m,
                "# Rules\n\n- Choose the **first** wish of the customer.\n- `ATM` is *cash withdrawal*.",
                "Which intent does this enquiry to a bank have?"));
        (Empty, _) = await this.AddLabelPoolAsync(5, 0, ranked: false, TaskType.SingleChoice, ["yes", "no"],
            change: p => (p.Name, p.Model) = ("Nothing labelled yet", "fake"));
        (Short, _) = await this.AddLabelPoolAsync(40, 32, ranked: true, TaskType.ShortAnswer, [], text: Enquiry, change: p =>
            (p.Name, p.Completions, p.AnswerPattern, p.Model) =
                ("Who is meant?", "the bank\nthe customer\na third person", "[a-z ]+", "fake"));
        (Stopped, _) = await this.AddLabelPoolAsync(40, 32, ranked: true, TaskType.SingleChoice, ["spam", "ham"], change: p =>
            (p.Name, p.State, p.StoppedAt, p.StoppedBy) = ("Spam filter", ProjectState.Stopped, 1_760_000_000_000, lead.Id));
        (Ending, var moods) = await this.AddLabelPoolAsync(60, 40, ranked: true, TaskType.SingleChoice, Intents, text: Enquiry, change: p =>
            (p.Name, p.Model, p.MaximumBudget, p.PricePerLabel) = ("Support tone", "fake", 40, .3m));
        foreach (var project in new[] { Labelled, Empty, Short, Stopped, Ending })
        {
            await AddMemberAsync(project, lead.Id, ProjectRole.Lead);
            await AddMemberAsync(project, uma.Id, ProjectRole.Annotator);
            await AddMemberAsync(project, bartholomew.Id, ProjectRole.Annotator);
        }
        for (var i = 1; i <= 8; i++)
            await AddMemberAsync((await AddProjectAsync($"Project number {i}")).Id, lead.Id, ProjectRole.Lead);
        await AnswerAsync(Labelled, intents, [uma.Id, bartholomew.Id], 40);
        await RemarkAsync(Labelled, uma.Id);
        await RingAsync(Labelled, 40);
        await AnswerAsync(Ending, moods, [uma.Id, bartholomew.Id], 40);
        await RingAsync(Ending, 40);
        await Services.GetRequiredService<StopService>().DecideAsync(Ending, lead.Id, new(DecisionKind.Waive, StopPoint.Agreement,
            "One expert answers; nobody else knows these customers."));
        await MeasureAsync(Labelled, 60, .41);
        await MeasureAsync(Labelled, 200, .95);
        await DisagreeAsync(Labelled, intents, [uma.Id, bartholomew.Id]);
        var exports = Services.GetRequiredService<ExportJobs>();
        await exports.StartAsync(Labelled, "native", ExportWhat.Both, "status=open&sort=confidence", true, lead.Id);
        await exports.StartAsync(Labelled, "huggingface", ExportWhat.Final, "", false, lead.Id);
        var links = Services.GetRequiredService<AccountLinks>();
        var principal = await PrincipalAsync(lead.Id);
        Invitation = "link/" + (await links.InviteAsync(principal, GlobalRoles.Lead, Labelled, ProjectRole.Annotator)).Secret;
        Person = bartholomew.Id;
        await links.ResetAsync(principal, bartholomew.Id);
        var hooks = Services.GetRequiredService<WebhookBook>();
        await hooks.CreateAsync(principal, Labelled, new(
            "https://hooks.a-rather-long-domain.example/teams/annotation/channels/labels-of-enquiries",
            WebhookEvents.LabelCreated | WebhookEvents.ItemCompleted | WebhookEvents.ForecastStop | WebhookEvents.ForecastUpdated),
            CancellationToken.None);
        await FailAsync(Labelled);
        await RewriteAsync(Labelled, lead.Id);
        await Services.GetRequiredService<AccessTokens>().CreateAsync(lead.Id, "the notebook that reads the forecasts every night",
            CancellationToken.None);
    }

    /// <summary>The lead has read the first version of the guideline; there is another one since.</summary>
    private Task RewriteAsync(int project, string reader) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var stored = await db.Projects.SingleAsync(p => p.Id == project, token);
        var before = stored.Guideline;
        stored.Guideline = "# Rules\n\n- Choose the **first** wish of the customer, not the loudest.\n- `ATM` is *cash withdrawal*.\n"
            + "- A card that was never sent is *card arrival*.";
        stored.GuidelineVersion = 2;
        GuidelineVersion Of(int version, string text) => new()
        {
            ProjectId = project, Version = version, Text = text, CreatedBy = reader, CreatedAt = Then + version * 90_000,
        };
        db.Guidelines.AddRange(Of(1, before), Of(2, stored.Guideline));
        (await db.Memberships.SingleAsync(m => m.ProjectId == project && m.UserId == reader, token)).GuidelineSeen = 1;
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    /// <summary>A webhook with a log: what arrived, what failed and is tried again.</summary>
    private Task FailAsync(int project) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var hook = await db.Webhooks.SingleAsync(w => w.ProjectId == project, token);
        (hook.PausedAt, hook.PausedBy) = (Then, WebhookFault.Status);
        foreach (var (events, due, fault) in new[] { (WebhookEvents.LabelCreated, (long?)null, (WebhookFault?)null),
            (WebhookEvents.ForecastUpdated, Then, WebhookFault.Redirect), (WebhookEvents.ItemCompleted, Then, WebhookFault.Unreachable) })
            db.WebhookDeliveries.Add(new WebhookDelivery { WebhookId = hook.Id, Event = events, Body = "{}", CreatedAt = Then, DueAt = due,
                Tries = fault is null ? 1 : 8, Fault = fault, Status = fault is null ? 200 : 302 });
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    private static string Enquiry(int i) => (i % 4) switch
    {
        0 => $"I ordered my card {i} days ago and it still isn’t here. Should I be worried or is this normal?",
        1 => $"top-up {i} pending?",
        2 => $"Ich habe am {i % 28 + 1}. März überwiesen; das Geld ist weg, die Empfängerin hat nichts, und niemand antwortet mir.",
        _ => $"https://bank.example/{new string('a', 90)}/{i}",
    };

    private async Task AnswerAsync(int project, IReadOnlyList<int> labels, string[] people, int count) =>
        await Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var items = await db.DrawItems.Where(d => db.Projects.Any(p => p.Id == project && p.DrawId == d.DrawId)).OrderBy(d => d.Place)
                .Select(d => d.ItemId).Take(count).ToListAsync(token);
            db.Answers.AddRange(items.Select((id, n) => new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = project, ItemId = id, UserId = people[n % 3 / 2],
                LabelId = labels[n % labels.Count], AnswerText = Intents[n % labels.Count],
                AnswerJson = $$"""{"label":{{labels[n % labels.Count]}}}""",
                Stratum = n < 32 ? Stratum.First32 : Stratum.Random, ActiveMilliseconds = 9000 + n * 100,
                CreatedAt = Then + n * 60_000, AnsweredAt = Then + n * 60_000,
            }));
            await db.SaveChangesAsync(token);
            var stored = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == project, token);
            foreach (var id in items) await FinalAnswers.SettleAsync(db, stored, id, token);
            await db.Projects.Where(p => p.Id == project)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + items.Count), token);
        }, CancellationToken.None);

    // the other person's answers to the same items, one in four another one, and gold answers of both
    private Task DisagreeAsync(int project, IReadOnlyList<int> labels, string[] people) =>
        Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var given = await db.Answers.Where(a => a.ProjectId == project).OrderBy(a => a.Id).ToListAsync(token);
            db.Labels.AddRange(new Label { ProjectId = project, Name = "card lost or stolen", AnswerText = "lost", Retired = true,
                MergedIntoId = labels[0], Order = labels.Count }, new Label { ProjectId = project, Name = "other", AnswerText = "other",
                Retired = true, Order = labels.Count + 1 });
            var gold = await db.Items.Where(i => i.ProjectId == project).OrderByDescending(i => i.Id).Take(12).ToListAsync(token);
            foreach (var item in gold) (item.Split, item.Gold) = (ItemSplit.Gold, Intents[0]);
            Answer Of(long item, string person, int label, int n) => new()
            {
                SubmissionId = Guid.NewGuid(), ProjectId = project, ItemId = item, UserId = person, LabelId = labels[label],
                AnswerJson = $$"""{"label":{{labels[label]}}}""", AnswerText = Intents[label],
                Stratum = Stratum.Random, ActiveMilliseconds = 12_300, CreatedAt = Then + n,
                AnsweredAt = Then + n,
            };
            db.Answers.AddRange(given.Take(36).Select((a, n) => Of(a.ItemId, people.Single(p => p != a.UserId),
                (n + (n % 4 == 0 ? 1 : 0)) % labels.Count, n)));
            db.Answers.AddRange(gold.SelectMany((item, n) => people.Select((person, p) => Of(item.Id, person, n % (3 - p) == 0 ? 0 : 1, n))
                .Take(n < 9 ? 2 : 1)).Select(a => { (a.Role, a.Stratum) = (AnswerRole.Gold, Stratum.Gold); return a; }));
            await db.SaveChangesAsync(token);
            var stored = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == project, token);
            foreach (var a in given.Take(36)) await FinalAnswers.SettleAsync(db, stored, a.ItemId, token);
            await db.Projects.Where(p => p.Id == project)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1), token);
            db.AfterCommit.Add(() => Services.GetRequiredService<FigureBook>().Forget(project));
        }, CancellationToken.None);

    private Task RemarkAsync(int project, string person) => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var items = await db.Items.Where(i => i.ProjectId == project).OrderBy(i => i.Id).Take(5).ToListAsync(token);
        db.Remarks.Add(new Remark { ProjectId = project, ItemId = items[1].Id, UserId = person, Flagged = true,
            Note = "Two wishes in one enquiry; I took the first, but the guideline could say so with an example.", UpdatedAt = Then });
        db.Skips.Add(new Skip { ProjectId = project, ItemId = items[2].Id, UserId = person, Reason = "no answer fits",
            SubmissionId = Guid.NewGuid(), CreatedAt = Then });
        var unusable = items[3].Id;
        await db.Set<ItemScore>().Where(i => i.ItemId == unusable).ExecuteUpdateAsync(i => i.SetProperty(x => x.Unusable,
            "the prompt is too long for the model: 3,104 of 2,048 tokens"), token);
        db.Imports.Add(new Import
        {
            ProjectId = project, FileName = "enquiries-of-the-second-half-of-the-year-with-all-columns.csv", Bytes = 4096,
            Rows = 300, Added = 300, Bad = 3, Duplicates = 12,
            Job = new Job
            {
                Kind = JobKind.Import, ProjectId = project, State = WorkState.Done, Done = 4096, Total = 4096, CreatedAt = Then,
            },
        });
        db.Estimates.Add(new StoredEstimate { ProjectId = project, Model = "fake", LabelCount = 3, FirstCount = 3,
            Error = "The engine ran out of memory: 3.1 GB are needed for a row of gradients, 2.0 GB are free.", CreatedAt = Then });
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    // after the forecast: the track record has something to compare
    private Task MeasureAsync(int project, int examples, double score) =>
        Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        db.Checks.Add(new Check
        {
            ProjectId = project, LabelVersion = 40, LabelsSpent = 40, Model = "fake", ModelSha256 = "f00d", Examples = examples,
            Score = score, ZeroShot = .12, Ceiling = 1, Tested = 100, Share = (score - .12) / .88, StandardError = .05,
            Kind = CheckKind.CrossValidated, CreatedAt = Then,
            Job = new Job { Kind = JobKind.Check, ProjectId = project, State = WorkState.Done, Done = 1000, Total = 1000 },
        });
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);

    private async Task RingAsync(int project, int labels)
    {
        using var patience = new CancellationTokenSource(Portal.Tests.Patience.Long);
        using var subscription = Services.GetRequiredService<EstimateFeed>().Subscribe(project);
        Services.GetRequiredService<EstimateQueue>().Ring(project);
        await foreach (var update in subscription.ReadAllAsync(patience.Token))
            if (update.EstimateId is not null && update.LabelVersion >= labels) return;
    }

    private async Task<System.Security.Claims.ClaimsPrincipal> PrincipalAsync(string id)
    {
        await using var scope = Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.SignInManager<AppUser>>();
        return await people.CreateUserPrincipalAsync((await people.UserManager.FindByIdAsync(id))!);
    }
}
