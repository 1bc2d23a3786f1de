using Microsoft.Extensions.Localization;
using MudBlazor;

namespace DataEfficiency.Portal.Components;

/// <summary>What MudBlazor itself says, as far as pages show it, in other languages than its own English.</summary>
internal sealed class MudTexts : MudLocalizer
{
    public override LocalizedString this[string key]
    {
        get
        {
            Sentences.Said? said = key switch
            {
                "MudDataGrid_Loading" or "MudTable_Loading" => ComponentWords.Loading,
                "MudDataGrid_Sort" => ComponentWords.Sort,
                "MudDataGrid_ShowColumnOptions" => ComponentWords.ColumnOptions,
                "MudDataGridPager_FirstPage" => ComponentWords.FirstPage,
                "MudDataGridPager_PreviousPage" => ComponentWords.PreviousPage,
                "MudDataGridPager_NextPage" => ComponentWords.NextPage,
                "MudDataGridPager_LastPage" => ComponentWords.LastPage,
                // the pager puts its numbers in itself
                "MudDataGridPager_InfoFormat" => ComponentWords.RowsOf(first: "{first_item}", last: "{last_item}", all: "{all_items}"),
                "MudDialog_Close" or "MudSnackbar_Close" => ComponentWords.Close2,
                "MudInput_Clear" => ComponentWords.Clear,
                _ => null,
            };
            return new(key, said?.ToString() ?? key, resourceNotFound: said is null);
        }
    }
}
