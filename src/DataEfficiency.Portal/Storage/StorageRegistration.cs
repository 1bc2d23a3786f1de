using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Storage;

public static class StorageRegistration
{
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section)
            .Validate(o => !string.IsNullOrWhiteSpace(o.Folder), "Data:Folder is empty: name a folder, for example data")
            .Validate(o => o.BusyTimeout >= TimeSpan.FromSeconds(1), "Data:BusyTimeout must be at least 00:00:01")
            .ValidateOnStart();
        services.AddSingleton<DataFolder>();
        // Identity's passkey table needs schema version 3, read from the application's services
        services.Configure<IdentityOptions>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        services.AddDbContextFactory<AppDbContext>((provider, options) =>
            options.UseDatabase(provider.GetRequiredService<DataFolder>().ConnectionString));
        services.AddSingleton<WriteQueue>();
        services.AddSingleton<DatabaseUpgrade>();

        services.AddDataProtection().SetApplicationName("DataEfficiency");
        services.AddOptions<KeyManagementOptions>().Configure<DataFolder, ILoggerFactory>((keys, folder, loggers) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(folder.Keys), loggers));
    }

    /// <exception cref="DataFolderException">The database cannot be used; the message says why and what to do.</exception>
    public static async Task MigrateAsync(this WebApplication app)
    {
        await app.Services.GetRequiredService<DatabaseUpgrade>().RunAsync(app.Lifetime.ApplicationStopping);
        await using (var db = await app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync())
            await ItemSearch.PrepareAsync(db, app.Lifetime.ApplicationStopping);
        app.Services.GetRequiredService<DataFolder>().ProtectDatabase();
    }
}
