namespace DataEfficiency.Portal.Tasks;

/// <summary>How far two lists name the same, whatever the order: 2 x common / (of one + of the other), where what is named twice counts
/// twice; 1 where both are empty.</summary>
internal static class BagF1
{
    public static double Of(IReadOnlyCollection<string> predicted, IReadOnlyCollection<string> right)
    {
        if (predicted.Count + right.Count == 0) return 1;
        var left = right.CountBy(name => name).ToDictionary();
        var common = predicted.Count(name => left.GetValueOrDefault(name) > 0 && left[name]-- > 0);
        return 2.0 * common / (predicted.Count + right.Count);
    }
}
