using DataEfficiency.Portal.Accounts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components.Layout;

public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private DotNetObjectReference<MainLayout>? _self;
    private bool _dark;
    private bool _leads;
    private string _name = "";
    private string _initials = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [CascadingParameter(Name = "ThemeChoice")]
    private string? ThemeChoice { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _dark = ThemeChoice == "dark";
        var user = (await Authentication).User;
        _name = user.FindFirst(PortalClaims.DisplayName)?.Value ?? user.Identity?.Name ?? "";
        _initials = Initials(_name);
        _leads = await Access.LeadsAnythingAsync(user);
    }

    // a new page gets a new chance
    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        SetDark(await Js.InvokeAsync<bool>("portal.watchTheme", _self));
    }

    /// <summary>Called by js/portal.js when the toggle or the system changes the theme.</summary>
    [JSInvokable]
    public void SetDark(bool dark)
    {
        if (_dark == dark) return;
        _dark = dark;
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        if (_self is null) return;
        try
        {
            await Js.InvokeVoidAsync("portal.unwatchTheme");
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the browser is gone, and its listener with it
        }
        _self.Dispose();
    }

    private static string Initials(string name)
    {
        var words = name.Split([' ', '.', '@', '-'], StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Take(2).Select(w => char.ToUpperInvariant(w[0])));
    }
}
