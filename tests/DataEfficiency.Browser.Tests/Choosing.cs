using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests;

internal static class Choosing
{
    /// <summary>Opens the select of this name and takes the option that says exactly this.</summary>
    public static async Task ChooseAsync(this IPage page, string name, string option)
    {
        await page.ClickAsync($"[name={name}]");
        await page.Locator(".mud-popover-open .mud-list-item").GetByText(option, new() { Exact = true }).ClickAsync();
        await page.WaitForSelectorAsync(".mud-popover-open", new() { State = WaitForSelectorState.Detached });
    }
}
