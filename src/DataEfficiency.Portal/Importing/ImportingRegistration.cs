using DataEfficiency.Portal.Jobs;

namespace DataEfficiency.Portal.Importing;

public static class ImportingRegistration
{
    public static void AddImporting(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<UploadOptions>().BindConfiguration(UploadOptions.Section)
            .Validate(o => o is { PerPerson: > 0, PerProject: > 0 }, "Uploads:PerPerson and :PerProject are bytes, at least 1")
            .ValidateOnStart();
        builder.Services.AddSingleton<UploadStore>();
        builder.Services.AddSingleton<ImportService>();
        builder.Services.AddSingleton<IJobWork, ImportWork>();
        builder.Services.AddHostedService<UploadSweep>();
    }
}
