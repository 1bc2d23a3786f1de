using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Security;

namespace DataEfficiency.Portal.Labeling;

public static class LabelingRegistration
{
    public static void AddLabeling(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LabelingOptions>().BindConfiguration(LabelingOptions.Section)
            .Validate(o => o.Lease >= TimeSpan.FromMinutes(2), "Labeling:Lease must be at least 00:02:00: a tab renews once a minute")
            .Validate(o => o.DeckSize is >= 1 and <= 10, "Labeling:DeckSize must be 1 to 10")
            .Validate(o => o.DecksOfAPerson is >= 1 and <= 20, "Labeling:DecksOfAPerson must be 1 to 20")
            .Validate(o => o.BatchLimit >= 20, "Labeling:BatchLimit must be at least 20: that many answers a browser sends at once")
            .ValidateOnStart();
        services.AddSingleton<First32>();
        services.AddSingleton<QueuePositions>();
        services.AddSingleton<ClaimService>();
        services.AddSingleton<LeaseService>();
        services.AddSingleton<LivingTabs>();
        services.AddSingleton<Holders>();
        services.AddSingleton<LabelService>();
        services.AddSingleton<SkipService>();
        services.AddSingleton<NoteService>();
        services.AddSingleton<ProgressReader>();
        services.AddSingleton<DeckService>();
        services.AddSingleton<TaskSchemaReader>();
        services.AddSingleton<RecentAnswers>();
        services.AddSingleton<AnnotatorWork>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<LabelAccess>();
        services.AddSingleton<TabReplies>();
        services.AddSingleton<IJobWork, OverlapWork>();
        services.AddSingleton<IJobWork, AnswerSetWork>();
        services.AddHostedService<LeaseClock>();
    }

    /// <summary>No project policy here: who was removed from a project hears why nothing is taken, instead of a bare 404.</summary>
    public static void MapLabeling(this IEndpointRouteBuilder app)
    {
        var labeling = app.MapApi().WithTags("Labeling");
        labeling.MapPut("/keys", LabelEndpoints.KeysAsync).ProducesProblem(StatusCodes.Status409Conflict);
        labeling.MapGet("/work", LabelEndpoints.WorkAsync);
        labeling.MapPost("/tabs/alive", LabelEndpoints.Alive);
        var project = labeling.MapGroup("/projects/{id:int}");
        project.MapPost("/deck", LabelEndpoints.DeckAsync);
        project.MapPost("/answers", LabelEndpoints.AnswersAsync).Produces<DeckReply>();
        project.MapPost("/skip", LabelEndpoints.SkipAsync).Produces<DeckReply>();
        project.MapPost("/remarks", LabelEndpoints.RemarksAsync).Produces<DeckReply>();
        project.MapPost("/drafts", LabelEndpoints.DraftsAsync);
        project.MapPost("/recent", LabelEndpoints.RecentAsync);
        project.MapPost("/renew", LabelEndpoints.RenewAsync);
    }
}
