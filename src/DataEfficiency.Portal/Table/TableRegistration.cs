namespace DataEfficiency.Portal.Table;

public static class TableRegistration
{
    public static void AddTable(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ItemTable>();
        builder.Services.AddSingleton<ItemDetails>();
        builder.Services.AddSingleton<BulkService>();
        builder.Services.AddSingleton<SavedViews>();
    }
}
