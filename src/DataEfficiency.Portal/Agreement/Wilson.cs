namespace DataEfficiency.Portal.Agreement;

/// <summary>Wilson's interval of a share: 95 of 100 such intervals hold the true share, few answers or extreme shares too.</summary>
public static class Wilson
{
    private const double Z = 1.959964;

    /// <param name="all">One at least.</param>
    public static Interval Of(int right, int all)
    {
        var (p, z) = ((double)right / all, Z * Z / all);
        var middle = (p + z / 2) / (1 + z);
        var half = Z * Math.Sqrt(p * (1 - p) / all + z / (4 * all)) / (1 + z);
        // all or none right end at the edge itself
        return new(right == 0 ? 0 : middle - half, right == all ? 1 : middle + half);
    }
}
