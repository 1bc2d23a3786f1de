namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// What answers cost, in the project's currency. The one definition, which pages and the workbook show: each current answer that counts and
/// was given here costs the price (<see cref="ProjectFigures.Paid"/>). Surplus answers are not charged, since nobody asked for them, and
/// imported ones were paid for elsewhere.
/// </summary>
public static class Cost
{
    public static double Of(decimal price, double answers) => (double)price * answers;
}
