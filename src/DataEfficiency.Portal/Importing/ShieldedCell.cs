namespace DataEfficiency.Portal.Importing;

/// <summary>A cell of a CSV that a spreadsheet would take for a formula has an apostrophe in front, and so has one that would look so; read
/// again it is what it was.</summary>
internal static class ShieldedCell
{
    public static string Write(string value) => IsFormula(value) ? "'" + value : value;

    public static string? Read(string? cell) => cell is ['\'', ..] && IsFormula(cell) ? cell[1..] : cell;

    private static bool IsFormula(string value) =>
        value.AsSpan().TrimStart('\'') is ['=' or '+' or '-' or '@' or '\t' or '\r', ..];
}
