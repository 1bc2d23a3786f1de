using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace DataEfficiency.Portal.Projects;

/// <summary>A project's settings with its answer set for programs: read, counted, and changed under the tag of what was read.</summary>
public static class SettingsEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <param name="Becomes">What its answers count as then: kept, merged, askedAgain or offered.</param>
    /// <param name="Into">Answer text of the label that it is merged into.</param>
    public sealed record LabelCount(int Id, string Name, int Answers, int Items, string Becomes, string? Into);

    /// <param name="RankedAgain">What the model reads changes: all items are ranked again, which <c>rankAgain=true</c> agrees to.</param>
    /// <param name="LeaveTheDraw">Answers of the first 32 that a new draw would leave out of it.</param>
    /// <param name="Fields">What changes for the model.</param>
    /// <param name="Labels">Labels whose answers would count as something else, with how many there are.</param>
    public sealed record SettingsCount(bool RankedAgain, int LeaveTheDraw, IReadOnlyList<string> Fields, IReadOnlyList<LabelCount> Labels);

    internal static void MapSettings(this RouteGroupBuilder project)
    {
        project.MapGet("/settings", ReadAsync).Produces<ProjectForm>();
        project.MapPut("/settings", SaveAsync).Accepts<ProjectForm>("application/json").Produces<SettingsCount>()
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired);
    }

    /// <summary>The answer's ETag is what a change sends as If-Match.</summary>
    private static async Task<Results<JsonHttpResult<ProjectForm>, ProblemHttpResult>> ReadAsync(int id, HttpContext http,
        ProjectService projects, CancellationToken cancellation)
    {
        if (await projects.FindAsync(id, cancellation) is not { } found) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        http.Response.Headers.ETag = $"\"{found.Form.Tag}\"";
        return TypedResults.Json(found.Form, Json);
    }

    /// <param name="countOnly">Says what would change, and changes nothing.</param>
    /// <param name="rankAgain">Agrees to a new ranking, where the change needs one.</param>
    private static async Task<Results<NoContent, JsonHttpResult<SettingsCount>, ProblemHttpResult>> SaveAsync(int id, HttpContext http,
        [FromHeader(Name = "If-Match")] string? match, ClaimsPrincipal user, ProjectService projects, ProjectModels models,
        CancellationToken cancellation, bool countOnly = false, bool rankAgain = false)
    {
        if (await projects.FindAsync(id, cancellation) is not { } found) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        if (string.IsNullOrEmpty(match))
            return ApiProblem.Of(StatusCodes.Status428PreconditionRequired, ApiCodes.TagNeeded, ProjectsWords.TagNeeded);
        // none that is badly written can be the one that was given
        var tag = EntityTagHeaderValue.TryParse(match, out var parsed) ? parsed.Tag.ToString().Trim('"') : "";
        if (tag != found.Form.Tag) return Outdated();
        ProjectForm? form;
        try
        {
            form = await JsonSerializer.DeserializeAsync<ProjectForm>(http.Request.Body, Json, cancellation);
        }
        catch (JsonException e)
        {
            return ApiProblem.BadRequest(ApiCodes.BadJson, ProjectsWords.SettingsNotRead(e.Message));
        }
        if (form is null || form.Answers.Contains(null!) || form.Retired.Contains(null!))
            return ApiProblem.BadRequest(ApiCodes.BadJson, ProjectsWords.SettingsNotRead("null"));
        if (Fault(form, found.Form, found.HasGold, models) is { } fault)
            return ApiProblem.Of(StatusCodes.Status400BadRequest, ApiCodes.BadSettings, ProjectsWords.SettingsNotSaved,
                Sentences.Said.Of(fault));
        var change = await projects.CompareAsync(id, form, cancellation);
        if (countOnly) return TypedResults.Json(await CountAsync(id, change, found.Form, form, projects, cancellation), Json);
        if (change.Reranks && !rankAgain)
            return ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.AskFirst, ProjectsWords.RankAgainFirst(
                fields: string.Join(", ", change.Fields), items: found.Project.ItemCount));
        var by = user.PersonId()!;
        if (await projects.SaveAsync(id, form, by, change, tag, cancellation) is not null) return Outdated();
        if (await projects.FindAsync(id, cancellation) is { } saved) http.Response.Headers.ETag = $"\"{saved.Form.Tag}\"";
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Outdated() =>
        ApiProblem.Of(StatusCodes.Status412PreconditionFailed, ApiCodes.Outdated, ProjectsWords.SettingsOutdated);

    private static string? Fault(ProjectForm form, ProjectForm stored, bool hasGold, ProjectModels models)
    {
        if (form.TaskType != stored.TaskType) return ProjectsWords.KindStays;
        if (form.Model != stored.Model && !models.Names().Contains(form.Model))
            return ProjectsWords.ModelNotInstalled(model: form.Model, models: string.Join(", ", models.Names()));
        var known = Labels(stored).Select(l => l.Label.Id).ToHashSet();
        if (Labels(form).Select(l => l.Label.Id).FirstOrDefault(l => l != 0 && !known.Contains(l)) is not 0 and var unknown)
            return ProjectsWords.LabelNotHere(unknown);
        var wrong = form.Validate(hasGold);
        return wrong.Count == 0 ? null
            : string.Join(' ', wrong.Select(w => $"{JsonNamingPolicy.CamelCase.ConvertName(w.Key)}: {w.Value}"));
    }

    private static async Task<SettingsCount> CountAsync(int id, ProjectChange change, ProjectForm before, ProjectForm after,
        ProjectService projects, CancellationToken cancellation)
    {
        var (was, use) = (Labels(before).ToDictionary(l => l.Label.Id), await projects.UseAsync(id, cancellation));
        // one that is offered no longer and nowhere listed is kept
        var now = Labels(after).Concat(was.Values.Where(l => Labels(after).All(a => a.Label.Id != l.Label.Id))
            .Select(l => (l.Label, Becomes: "kept", Into: (string?)null)));
        return new(change.Reranks, change.Redraws, change.Fields, [.. now
            .Where(l => was.TryGetValue(l.Label.Id, out var old) && (old.Becomes, old.Into) != (l.Becomes, l.Into))
            .Select(l => new LabelCount(l.Label.Id, was[l.Label.Id].Label.Name, use.GetValueOrDefault(l.Label.Id)?.Answers ?? 0,
                use.GetValueOrDefault(l.Label.Id)?.Items ?? 0, l.Becomes, l.Into))]);
    }

    private static IEnumerable<(AnswerDraft Label, string Becomes, string? Into)> Labels(ProjectForm form) =>
        form.Answers.Select(a => (a, a.AskAgain ? "askedAgain" : "offered", (string?)null)).Concat(form.Retired.Select(r => r.Fate switch
        {
            RetiredFate.Merge => (r.Label, "merged", r.Into), RetiredFate.AskAgain => (r.Label, "askedAgain", null),
            _ => (r.Label, "kept", (string?)null),
        }));
}
