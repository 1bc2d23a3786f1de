using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Agreement;

/// <summary>Agreement for programs.</summary>
public static class AgreementEndpoints
{
    /// <param name="Measure">alpha, meanAlpha (mean of the labels', where an answer has several) or f1 (spans).</param>
    /// <param name="Overall">Null where it is undefined, as every value below.</param>
    /// <param name="Interval">Of 95 %; null under 30 items.</param>
    public sealed record AgreementReply(long LabelVersion, string Measure, int Items, int Answers, double? Overall, Interval? Interval,
        double? Fleiss, double? Jaccard, IReadOnlyList<LabelReply> Labels, IReadOnlyList<PersonReply> People,
        IReadOnlyList<PairAgreement> Pairs, IReadOnlyList<LabelDisagreement> Disagreements, IReadOnlyList<SchemaAgreement> Versions);

    public sealed record LabelReply(int Id, string Name, double? Value, int Items);

    /// <param name="Value">Of the measure, on all items that the person shares with others.</param>
    /// <param name="Interval">Of 95 %; null under 30 items.</param>
    /// <param name="Gold">Null: no gold item was served to this person.</param>
    public sealed record PersonReply(string Id, string Name, double? Value, Interval? Interval, int Items, GoldReply? Gold);

    /// <param name="Interval">Wilson's, of 95 %.</param>
    public sealed record GoldReply(int Answers, int Right, Interval Interval);

    public static void AddAgreement(this WebApplicationBuilder builder) => builder.Services.AddSingleton<AgreementBook>();

    public static void MapAgreement(this IEndpointRouteBuilder app) =>
        app.MapProjectApi(ProjectPolicies.Reader).WithTags("Agreement").MapGet("/agreement", ReadAsync);

    private static async Task<Results<Ok<AgreementReply>, ProblemHttpResult>> ReadAsync(int id, AgreementBook book,
        IDbContextFactory<AppDbContext> contexts, CancellationToken cancellation)
    {
        if (await book.OfAsync(id, cancellation) is not { } found) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var people = found.People.Keys.Union(found.Gold.Keys).Order(StringComparer.Ordinal).ToList();
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        return TypedResults.Ok(new AgreementReply(found.Version, Word(found.Shape), found.Items, found.Answers, found.Overall,
            found.Interval, found.Fleiss, found.Jaccard,
            [.. found.Labels.Select(l => new LabelReply(l.Label, found.LabelNames.GetValueOrDefault(l.Label, ""), l.Value, l.Items))],
            [.. people.Select(id => Person(found, id, names.GetValueOrDefault(id, "")))],
            found.Pairs, found.Disagreements, found.Schemas));
    }

    private static PersonReply Person(ProjectAgreement found, string id, string name)
    {
        var (agreeing, gold) = (found.People.GetValueOrDefault(id), found.Gold.GetValueOrDefault(id));
        return new(id, name, agreeing?.Value, agreeing?.Interval, agreeing?.Items ?? 0,
            gold is null ? null : new(gold.Answers, gold.Right, gold.Interval));
    }

    private static string Word(AnswerShape shape) => shape switch
    {
        AnswerShape.Labels => "meanAlpha",
        AnswerShape.Spans => "f1",
        _ => "alpha",
    };
}
