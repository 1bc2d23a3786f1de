using DataEfficiency.Portal;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Components;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Health;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Telemetry;
using DataEfficiency.Portal.TrackRecords;

var builder = PortalHost.CreateBuilder(args);
builder.AddStorage();
builder.AddAccounts();
builder.AddSecurity();
builder.AddJobs();
builder.AddLabeling();
builder.AddAgreement();
builder.AddChecks();
builder.AddTrackRecords();
builder.AddCalibrating();
builder.AddEstimating();
builder.AddReviewing();
builder.AddTable();
builder.AddPages();
builder.AddImporting();
builder.AddProjects();
builder.AddExport();
builder.AddApiDocument();
builder.AddHealth();
builder.AddTelemetry();

return await builder.RunPortalAsync(app =>
{
    app.UseSecurity();
    app.UseAccounts();
    app.MapPages();
    app.MapAccounts();
    app.MapLabeling();
    app.MapEstimating();
    app.MapImporting();
    app.MapAgreement();
    app.MapChecks();
    app.MapReviewing();
    app.MapExport();
    app.MapFormats();
    app.MapApiDocument();
    app.MapHealth();
});

/// <summary>The entry point, named so that tests can start it.</summary>
public partial class Program;
