using System.Globalization;
using System.Net.Sockets;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal;

/// <summary>How the process starts and ends: content root, address, and one clear line instead of a stack trace when it cannot
/// start.</summary>
public static class PortalHost
{
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // started by `dotnet run`, the working directory is the repository root; started from elsewhere, settings lie beside the dll
            ContentRootPath = File.Exists("appsettings.json") ? null : AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        // ASPNETCORE_URLS is read before appsettings.json and would lose against it
        if (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } fromEnvironment
            && new ConfigurationBuilder().AddCommandLine(args).Build()["urls"] is null)
            builder.WebHost.UseUrls(fromEnvironment);
        // a busy port is told by RunPortalAsync in one line; a background service that dies is logged as critical and stays visible
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.AddSingleton(TimeProvider.System);
        // what no request asks for is English, whatever the machine's own language
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.GetCultureInfo("en");
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.GetCultureInfo("en-US");
        return builder;
    }

    /// <summary>Builds, opens the data folder, migrates, listens, and waits for the end. Returns the process's exit code.</summary>
    public static async Task<int> RunPortalAsync(this WebApplicationBuilder builder, Action<WebApplication> configure)
    {
        await using var app = builder.Build();
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            var folder = app.Services.GetRequiredService<DataFolder>();
            folder.Open();
            KeyFiles.Check(folder.Keys);
            configure(app);
            await app.MigrateAsync();
            await app.Services.GetRequiredService<SetupGate>().PrepareAsync();
            await app.StartAsync();
        }
        catch (Exception e) when (Explain(e, app) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return 1;
        }
        Console.WriteLine($"DataEfficiency is at {string.Join(" and ", app.Urls)}");
        if (app.Services.GetRequiredService<SetupGate>().Announcement is { } announcement)
            Console.WriteLine(announcement);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static string? Explain(Exception e, WebApplication app)
    {
        var urls = app.Configuration["urls"] ?? "the configured address";
        return e switch
        {
            OptionsValidationException invalid => $"A setting is wrong: {string.Join("; ", invalid.Failures)}",
            AggregateException several when several.InnerExceptions.All(i => i is OptionsValidationException) =>
                "Settings are wrong: "
                    + string.Join("; ", several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(i => i.Failures)),
            InvalidOperationException when e.Source is "Microsoft.Extensions.Configuration.Binder" => $"A setting is wrong: {e.Message}",
            DataFolderException folder => folder.Message,
            IOException when e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException =>
                $"{urls} is in use by another process: stop that one, or choose another address with --urls http://localhost:PORT.",
            // not an address, or https without a certificate
            FormatException or InvalidOperationException
                when e.Source is "Microsoft.AspNetCore.Http" or "Microsoft.AspNetCore.Server.Kestrel.Core" =>
                $"Cannot listen on {urls}: {e.Message.Split('\n')[0].Trim()} Choose another address with --urls http://localhost:PORT.",
            ArgumentOutOfRangeException { ParamName: "port" } => $"Cannot listen on {urls}: a port is a number from 0 to 65535.",
            SocketException socket => $"Cannot listen on {urls}: {socket.Message}. "
                + "Choose another address with --urls http://localhost:PORT.",
            _ => null,
        };
    }
}
