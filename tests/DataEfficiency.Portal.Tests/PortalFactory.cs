using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests;

/// <summary>
/// The whole portal on a real SQLite in a temporary data folder. Subclass it, or set <see cref="ConfigureServices"/> before the first
/// request, to replace services with fakes.
/// </summary>
public class PortalFactory : WebApplicationFactory<Program>
{
    public const string Password = "correct horse battery";

    /// <summary>One of its own unless another is given.</summary>
    public string DataFolder
    {
        get => field ??= Directory.CreateTempSubdirectory("portal-test-").FullName;
        init;
    }

    /// <summary>Leave the folder when this portal ends, for another one that goes on with it.</summary>
    public bool KeepDataFolder { get; init; }

    /// <summary>In place of the engine: no libtorch in these tests.</summary>
    public FakeEstimator Estimator { get; init; } = new();

    /// <summary>In place of the engine's calibrations.</summary>
    public FakeCalibrations Calibrations { get; } = new();

    internal FakeEstimatorHost EstimatorHost => _host ??= new(Estimator);

    private FakeEstimatorHost? _host;

    public Action<IServiceCollection>? ConfigureServices { get; set; }

    /// <summary>Settings that win over appsettings.json, as "Section:Key".</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The address that requests seem to come from; TestServer itself has none.</summary>
    public IPAddress RemoteAddress { get; set; } = IPAddress.Loopback;

    public static string RepositoryRoot { get; } = FindRoot();

    // migrated once for all tests of the process: each begins with a copy
    private static readonly Lazy<byte[]> Empty = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("portal-test-empty-").FullName;
        var file = Path.Combine(folder, "app.db");
        using (var db = new AppDbContext(new DbContextOptionsBuilder<AppDbContext>()
            .UseDatabase($"Data Source={file};Pooling=False").Options))
            db.Database.Migrate();
        var bytes = File.ReadAllBytes(file);
        Directory.Delete(folder, recursive: true);
        return bytes;
    });

    /// <summary>What a database begins with.</summary>
    internal static byte[] EmptyDatabase => Empty.Value;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        var database = Path.Combine(DataFolder, "app.db");
        if (Directory.Exists(DataFolder) && !File.Exists(database)) File.WriteAllBytes(database, Empty.Value);
        builder.UseContentRoot(RepositoryRoot);
        // as people run it; Development answers some errors in other words
        builder.UseEnvironment("Production");
        builder.UseSetting("Data:Folder", DataFolder);
        // a test is faster than a person; those of the limits set their own
        builder.UseSetting("RateLimits:Burst", "1000000");
        builder.UseSetting("RateLimits:SignInBurst", "1000000");
        foreach (var (key, value) in Settings) builder.UseSetting(key, value);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<IStartupFilter>(new RemoteAddressFilter(this));
            // made-up passwords of made-up people
            services.Configure<PasswordHasherOptions>(o => o.IterationCount = 1000);
            services.AddSingleton<IEstimatorHost>(EstimatorHost);
            services.AddSingleton<DataEfficiency.Engine.Calibrating.ICalibrations>(Calibrations);
            ConfigureServices?.Invoke(services);
        });
    }

    /// <summary>A browser without scripts: keeps cookies, follows nothing by itself.</summary>
    public HttpClient Browser() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    public async Task<AppDbContext> OpenDbAsync() =>
        await Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();

    /// <summary>Makes a person with the password <see cref="Password"/>; <paramref name="globalRole"/> is one of
    /// <see cref="GlobalRoles"/>.</summary>
    public async Task<AppUser> AddPersonAsync(string userName, string? globalRole = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        var user = new AppUser { UserName = userName, DisplayName = userName, LockoutEnabled = true };
        var result = await users.CreateAsync(user, Password);
        if (!result.Succeeded) throw new InvalidOperationException(string.Join(", ", result.Errors.Select(e => e.Description)));
        if (globalRole is not null) await users.AddToRoleAsync(user, globalRole);
        await Services.GetRequiredService<SetupGate>().PrepareAsync();
        return user;
    }

    public async Task AddMemberAsync(int projectId, string userId, ProjectRole role) =>
        await Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            db.Memberships.Add(new Membership { ProjectId = projectId, UserId = userId, Role = role });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

    /// <summary>One who leads the project and never signs in: whom tests of services name.</summary>
    public async Task AddLeadAsync(int projectId, string id = "lead") =>
        await Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            if (await db.Memberships.AnyAsync(m => m.ProjectId == projectId && m.UserId == id, token)) return;
            if (!await db.Users.AnyAsync(u => u.Id == id, token)) db.Users.Add(new AppUser { Id = id, DisplayName = "Ada" });
            db.Memberships.Add(new Membership { ProjectId = projectId, UserId = id, Role = ProjectRole.Lead });
            await db.SaveChangesAsync(token);
        }, CancellationToken.None);

    public async Task<Project> AddProjectAsync(string name = "Bank enquiries", ProjectState state = ProjectState.Active) =>
        await Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
        {
            var project = new Project { Name = name, Instruction = "Which intent?", State = state };
            db.Projects.Add(project);
            await db.SaveChangesAsync(token);
            return project;
        }, CancellationToken.None);

    /// <summary>A browser in which this person has signed in through the page.</summary>
    public async Task<HttpClient> SignedInAsync(string userName, string password = Password)
    {
        var browser = Browser();
        var response = await PostFormAsync(browser, "/sign-in", "sign-in",
            new() { ["Input.UserName"] = userName, ["Input.Password"] = password });
        if (response.StatusCode != HttpStatusCode.Redirect) throw new InvalidOperationException($"sign-in of {userName}: "
            + $"{response.StatusCode}");
        return browser;
    }

    /// <summary>A client that sends a personal access token.</summary>
    public async Task<HttpClient> WithTokenAsync(string userId)
    {
        var client = Browser();
        var token = await Services.GetRequiredService<AccessTokens>().CreateAsync(userId, "test", CancellationToken.None);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>Opens a page and posts one of its forms, with the antiforgery token that it carries.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient browser, string path, string handler, Dictionary<string,
        string> fields)
    {
        var page = await browser.GetStringAsync(path);
        var token = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        return await browser.PostAsync(path, new FormUrlEncodedContent(new Dictionary<string, string>(fields)
        {
            ["_handler"] = handler,
            ["__RequestVerificationToken"] = token,
        }));
    }

    /// <summary>Lets a signed-in browser call JSON routes that change something.</summary>
    public static async Task AddAntiforgeryAsync(HttpClient browser)
    {
        var answer = await browser.GetFromJsonAsync<JsonElement>("/api/v1/antiforgery");
        browser.DefaultRequestHeaders.Add(answer.GetProperty("header").GetString()!, answer.GetProperty("token").GetString());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (disposing && !KeepDataFolder && Directory.Exists(DataFolder)) Directory.Delete(DataFolder, recursive: true);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "DataEfficiency.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException($"No DataEfficiency.sln above {AppContext.BaseDirectory}");
    }

    private sealed class RemoteAddressFilter(PortalFactory factory) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate after) =>
            {
                context.Connection.RemoteIpAddress ??= factory.RemoteAddress;
                return after(context);
            });
            next(app);
        };
    }
}
