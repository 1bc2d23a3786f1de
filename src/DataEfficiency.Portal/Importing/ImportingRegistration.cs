namespace DataEfficiency.Portal.Importing;

public static class ImportingRegistration
{
    public static void AddImporting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UploadStore>();
        builder.Services.AddSingleton<ImportQueue>();
        builder.Services.AddSingleton<ImportService>();
        builder.Services.AddHostedService<ImportWorker>();
    }
}
