using DataEfficiency.Engine;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Hub;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

public static partial class EstimatingRegistration
{
    public static void AddEstimating(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EstimationOptions>().BindConfiguration(EstimationOptions.Section)
            .Validate(EstimationOptions.IsValid, EstimationOptions.Rule).ValidateOnStart();
        services.AddOptions<ModelsOptions>().BindConfiguration(ModelsOptions.Section);
        services.AddSingleton<EstimateQueue>();
        services.AddSingleton<IEstimateDoorbell>(provider => provider.GetRequiredService<EstimateQueue>());
        services.AddSingleton<FigureBook>();
        services.AddSingleton<WeekPace>();
        services.AddSingleton<EstimateFeed>();
        services.AddSingleton<ForecastReader>();
        services.AddSingleton<ForecastPublisher>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelMeasurements>();
        services.AddSingleton<Func<HubOptions>>(HubOptions.FromEnvironment);
        services.AddSingleton<ModelPulls>();
        services.AddSingleton<IEstimatorHost, EstimatorHost>();
        services.AddSingleton<EstimatorLoader>(provider => folder => Estimator.LoadKept(folder,
            provider.GetRequiredService<ModelCatalog>().FolderOf, Options(provider)));
        services.AddSingleton<EstimateRun>();
        services.AddSingleton<ISelectionStrategy, FirstThirtyTwo>();
        services.AddSingleton<RankStore>();
        services.AddSingleton<RankWork>();
        services.AddSingleton<IJobWork>(provider => provider.GetRequiredService<RankWork>());
        services.AddSingleton<RankRun>();
        services.AddSingleton<RankJobs>();
        services.AddSingleton<EstimateWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<EstimateWorker>());
    }

    private static EngineOptions Options(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<EstimationOptions>>().Value;
        var log = provider.GetRequiredService<ILogger<Estimator>>();
        return new()
        {
            Threads = options.Threads, Device = options.Device, Precision = options.Precision, LibTorchPath = options.LibTorchPath,
            RowFolder = provider.GetRequiredService<DataFolder>().GradientRows,
            CalibrationFolder = provider.GetRequiredService<DataFolder>().Calibrations,
            Warn = warning => EngineWarned(log, warning),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void EngineWarned(ILogger log, string warning);

    public static void MapEstimating(this WebApplication app)
    {
        app.MapHub<EstimateHub>(EstimateHub.Path);
        app.MapFigures();
    }
}
