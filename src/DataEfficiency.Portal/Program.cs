using DataEfficiency.Portal;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Components;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;

var builder = PortalHost.CreateBuilder(args);
builder.AddStorage();
builder.AddAccounts();
builder.AddSecurity();
builder.AddLabeling();
builder.AddPages();

var app = builder.Build();
app.UseSecurity();
app.UseAccounts();
app.MapPages();
app.MapAccounts();
app.MapLabeling();

return await app.RunPortalAsync();

/// <summary>The entry point, named so that tests can start it.</summary>
public partial class Program;
