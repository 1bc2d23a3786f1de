using MudBlazor;

namespace DataEfficiency.Portal.Components;

/// <summary>The palette of wwwroot/css/app.css for MudBlazor, which computes shades from it and so needs values, not variables.</summary>
public static class Theme
{
    /// <summary>The cookie that keeps the choice of the toggle; written by js/portal.js.</summary>
    public const string Cookie = "theme";

    private static readonly string[] SystemFonts = ["Inter", "Segoe UI", "system-ui", "-apple-system", "Roboto", "Noto Sans",
        "Noto Sans CJK JP", "sans-serif"];

    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Background = "#f6f7f9", BackgroundGray = "#f6f7f9", Surface = "#ffffff", AppbarBackground = "#ffffff", AppbarText = "#14181f",
            TextPrimary = "#14181f", TextSecondary = "#5b6472", ActionDefault = "#5b6472", LinesDefault = "#e3e6eb",
            LinesInputs = "#e3e6eb",
            TableLines = "#e3e6eb", Divider = "#e3e6eb", Primary = "#2f5bea", PrimaryContrastText = "#ffffff", Success = "#0b7a4b",
            Warning = "#8a5a00", Error = "#b3261e", Info = "#2f5bea",
        },
        PaletteDark = new PaletteDark
        {
            Background = "#0e1116", BackgroundGray = "#0e1116", Surface = "#161b22", AppbarBackground = "#161b22", AppbarText = "#e8ecf2",
            TextPrimary = "#e8ecf2", TextSecondary = "#9aa5b4", ActionDefault = "#9aa5b4", LinesDefault = "#2a313c",
            LinesInputs = "#2a313c",
            TableLines = "#2a313c", Divider = "#2a313c", Primary = "#7f9cff", PrimaryContrastText = "#0e1116", Success = "#5ed3a0",
            Warning = "#f0c15c", Error = "#ff8a80", Info = "#7f9cff",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = SystemFonts, FontSize = "15px", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
        },
    };

    /// <summary>"dark" or "light" as chosen; null follows the system.</summary>
    public static string? FromCookie(HttpContext context) => context.Request.Cookies[Cookie] is "dark" or "light"
        ? context.Request.Cookies[Cookie] : null;
}
