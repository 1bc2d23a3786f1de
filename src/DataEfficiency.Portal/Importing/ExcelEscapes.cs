using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Importing;

/// <summary>What XML cannot hold stands in a workbook's texts as _xHHHH_, and what only looks so has its first underscore written as
/// _x005F_ (ST_Xstring).</summary>
internal static partial class ExcelEscapes
{
    public static string Decode(string text) => text.Contains("_x", StringComparison.Ordinal)
        ? Escaped().Replace(text, m => ((char)Convert.ToUInt16(m.Groups[1].Value, 16)).ToString()) : text;

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_")]
    private static partial Regex Escaped();
}
