using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>A project in which every word that a person or a file may bring would be markup or script where it is not shown as text. Each
/// would call <c>pwned</c> with the name of its field.</summary>
public static class HostileWords
{
    public const string Lead = "lead", Annotator = "annotator";

    /// <summary>Ways to get out of an element, an attribute, a script, a style, a link and a template.</summary>
    private static readonly string[] Payloads =
    [
        "\"><img src=x onerror=pwned('FIELD')>", "</script><script>pwned('FIELD')</script>", "'><svg/onload=pwned('FIELD')>",
        "</textarea></title></style><iframe srcdoc=\"<script>parent.pwned('FIELD')</script>\">",
        "<a href=\"javascript:pwned('FIELD')\" autofocus onfocus=pwned('FIELD')>x</a>", "javascript:pwned('FIELD')",
        "[x](javascript:pwned('FIELD'))", "{{constructor.constructor(\"pwned('FIELD')\")()}}${pwned('FIELD')}",
        "<math><mtext><form><mglyph><style></math><img src onerror=pwned('FIELD')>", "<!--><img src=x onerror=pwned('FIELD')>-->",
    ];

    /// <summary>What a spreadsheet would compute.</summary>
    public const string Formula = "=cmd|' /C calc'!A0";

    /// <summary>What no page and no script may make of them.</summary>
    public const string Elements = "[onerror], [onload], [onfocus], iframe, math, a[href^='javascript:'], img[src=x]";

    /// <summary>Short enough for a name.</summary>
    public static string Of(string field) => Payloads[0].Replace("FIELD", field);

    private static string At(int place, string field) => Payloads[place % Payloads.Length].Replace("FIELD", field);

    private static string All(string field) => string.Join("\n\n", Payloads).Replace("FIELD", field);

    /// <returns>The project, with a lead, an annotator and answers, notes, reviews, a webhook, an import, a view, a token.</returns>
    public static async Task<int> AddHostileProjectAsync(this PortalFactory portal)
    {
        var (id, labels) = await portal.AddLabelPoolAsync(16, 12, ranked: true, TaskType.SingleChoice,
            [.. Enumerable.Range(0, Payloads.Length).Select(i => At(i, "label"))], text: i => At(i, "text"));
        var lead = await portal.AddPersonAsync(Lead, GlobalRoles.Admin);
        var annotator = await portal.AddPersonAsync(Annotator);
        var another = await portal.AddPersonAsync("another");
        await portal.AddMemberAsync(id, another.Id, ProjectRole.Annotator);
        await portal.AddMemberAsync(id, lead.Id, ProjectRole.Lead);
        await portal.AddMemberAsync(id, annotator.Id, ProjectRole.Annotator);
        await portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == id, token);
            (project.Name, project.Instruction, project.Guideline, project.Model, project.SuggestionsShown, project.Completions) =
                (Of("project"), All("instruction"), All("guideline"), Of("model"), true, All("completion"));
            foreach (var (place, label) in (await db.Labels.Where(l => l.ProjectId == id).ToListAsync(token)).Index())
                (label.Group, label.Description, label.Key) = (At(place, "group"), At(place, "description"), place == 0 ? "'" : null);
            foreach (var person in await db.Users.ToListAsync(token))
                person.DisplayName = person.UserName == another.UserName ? Formula : Of("person");
            var items = await db.Items.Where(i => i.ProjectId == id).OrderBy(i => i.Id).ToListAsync(token);
            foreach (var (place, item) in items.Index())
                (item.ExternalId, item.Metadata, item.Gold) = (At(place, "id"),
                    $"{{{Json(At(place, "column"))}:{Json(At(place, "cell"))}}}", place == 15 ? At(0, "label") : null);
            items[15].Split = ItemSplit.Gold;
            await db.AddRankingAsync(project, At(2, "suggestion"));
            Answer Choose(AppUser person, Item item, int place) => By(person, item, labels[place], At(place, "label"));
            Answer By(AppUser person, Item item, int label, string text) => new()
            {
                SubmissionId = Guid.NewGuid(), ProjectId = id, ItemId = item.Id, UserId = person.Id, LabelId = label,
                AnswerJson = $"{{\"label\":{label}}}", AnswerText = text, Stratum = Stratum.Random,
                ActiveMilliseconds = 2000, CreatedAt = 1, AnsweredAt = 1,
            };
            // two people disagree on the first three: they wait for a review
            db.Answers.AddRange(items.Take(3).SelectMany(i => new[] { Choose(another, i, 0), Choose(annotator, i, 1) }));
            db.Answers.AddRange(items.Skip(3).Take(2).Select(i => Choose(annotator, i, 2)));
            db.Remarks.Add(new Remark { ProjectId = id, ItemId = items[1].Id, UserId = annotator.Id, Flagged = true, Note = All("note") });
            db.Remarks.Add(new Remark { ProjectId = id, ItemId = items[2].Id, UserId = another.Id, Note = Formula });
            db.Labels.Add(new Label { ProjectId = id, Name = Formula, AnswerText = Formula, Order = 99 });
            await db.SaveChangesAsync(token);
            db.Answers.Add(By(another, items[6], (await db.Labels.SingleAsync(l => l.Name == Formula, token)).Id, Formula));
            db.Skips.Add(new Skip { ProjectId = id, ItemId = items[1].Id, UserId = annotator.Id, Reason = Of("reason"),
                SubmissionId = Guid.NewGuid() });
            db.Reviews.Add(new Review { ProjectId = id, ItemId = items[4].Id, UserId = lead.Id, Note = All("review") });
            db.SavedViews.Add(new SavedView { ProjectId = id, UserId = lead.Id, Name = Of("view"), Query = "status=open" });
            db.AccessTokens.Add(new AccessToken { UserId = lead.Id, Name = Of("token"), Hash = [1] });
            db.Webhooks.Add(new Webhook { ProjectId = id, Url = $"https://example.org/{Of("webhook")}", Events = WebhookEvents.LabelCreated,
                CreatedBy = lead.Id });
            db.Estimates.Add(new StoredEstimate { ProjectId = id, Model = Of("model"), Error = All("error"), CreatedAt = 1 });
            db.Audit.Add(new AuditEntry { ProjectId = id, UserId = lead.Id, What = "project.saved", CreatedAt = 1,
                Before = $"{{\"Name\":{Json(Of("before"))}}}", After = $"{{\"Name\":{Json(Of("after"))}}}" });
            var import = new Import { ProjectId = id, FileName = Of("file"), Bad = 1, CreatedBy = lead.Id,
                Job = new Job { Kind = JobKind.Import, ProjectId = id, State = WorkState.Failed } };
            db.Imports.Add(import);
            await db.SaveChangesAsync(token);
            db.ImportIssues.Add(new ImportIssue { ImportId = import.Id, Line = 1, Column = Of("column"), Code = "bad-row",
                Reason = Of("issue"), Excerpt = Of("excerpt") });
            await db.SaveChangesAsync(token);
            foreach (var item in items) await FinalAnswers.SettleAsync(db, project, item.Id, token);
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);
        return id;
    }

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
