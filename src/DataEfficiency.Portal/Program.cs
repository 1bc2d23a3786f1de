using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Components;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal;

var builder = PortalHost.CreateBuilder(args);
builder.AddStorage();
builder.AddAccounts();
builder.AddSecurity();
builder.AddLabeling();
builder.AddEstimating();
builder.AddPages();
builder.AddImporting();
builder.AddProjects();

return await builder.RunPortalAsync(app =>
{
    app.UseSecurity();
    app.UseAccounts();
    app.MapPages();
    app.MapAccounts();
    app.MapLabeling();
    app.MapEstimating();
    app.MapImporting();
});

/// <summary>The entry point, named so that tests can start it.</summary>
public partial class Program;
