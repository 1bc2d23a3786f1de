using MudBlazor;
using MudBlazor.Services;

namespace DataEfficiency.Portal.Components;

public static class PagesRegistration
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        // pasted answers and guidelines are longer than the 32 KB that a circuit message may have by default
        builder.Services.AddSignalR(hub => hub.MaximumReceiveMessageSize = 1 << 20);
        builder.Services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomLeft;
            mud.SnackbarConfiguration.VisibleStateDuration = 4000;
            mud.SnackbarConfiguration.ShowTransitionDuration = mud.SnackbarConfiguration.HideTransitionDuration = 150;
        });
        builder.Services.AddSingleton<MudLocalizer, MudTexts>();
        builder.Services.AddHttpContextAccessor();
    }

    public static void MapPages(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        // SecurityHeaders forbids framing altogether
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
