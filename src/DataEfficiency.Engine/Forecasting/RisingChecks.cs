// Measured points as the never falling curve that they are points of. The running best of noisy scores is too high: it keeps every lucky
// score and forgets every unlucky one.
namespace DataEfficiency.Engine.Forecasting;

public static class RisingChecks
{
    /// <summary>Isotonic regression, each point with the weight 1 / se^2: neighbours that fall are pooled until none does. An exact point
    /// counts as it is and holds what was reached before it, so that of exact points the running best comes out.</summary>
    /// <param name="checks">Ascending in examples.</param>
    public static IReadOnlyList<Check> Of(IReadOnlyList<Check> checks)
    {
        var pools = new List<Pool>();
        foreach (var check in checks)
        {
            // nothing is below the untrained model but by noise
            var y = check.StandardError == 0 ? Math.Max(check.Y, 0) : check.Y;
            pools.Add(new(y, 1 / (check.StandardError * check.StandardError), 1));
            while (pools is [.., var before, var last] && before.Y > last.Y)
            {
                pools.RemoveRange(pools.Count - 2, 2);
                pools.Add(before.With(last));
            }
        }
        var levels = pools.SelectMany(p => Enumerable.Repeat(p.Y, p.Checks));
        return [.. checks.Zip(levels, (check, y) => check with { Y = y })];
    }

    /// <param name="Weight">Infinite where one of its points is exact.</param>
    private readonly record struct Pool(double Y, double Weight, int Checks)
    {
        public Pool With(Pool next)
        {
            var y = double.IsInfinity(Weight) ? Y : double.IsInfinity(next.Weight) ? next.Y
                : Y + (next.Y - Y) * next.Weight / (Weight + next.Weight);
            return new(y, Weight + next.Weight, Checks + next.Checks);
        }
    }
}
