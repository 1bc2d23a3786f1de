using System.Globalization;

namespace DataEfficiency.Portal.Components.Catalog;

internal static class ModelSizes
{
    /// <summary>Bytes as downloads are counted: 1.5 MB, 16.1 GB.</summary>
    public static string Of(double bytes, CultureInfo culture) => bytes >= 1e9
        ? CatalogWords.Gigabytes((bytes / 1e9).ToString("0.0", culture))
        : CatalogWords.Megabytes((bytes / 1e6).ToString("0.0", culture));
}
