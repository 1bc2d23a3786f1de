namespace DataEfficiency.Portal.Agreement;

/// <summary>How one person answers gold items, whose answer is known and which nothing on the screen tells from others.</summary>
public sealed record GoldAccuracy(int Answers, int Right)
{
    /// <summary>Of fewer answers nothing is said.</summary>
    public const int Least = 10;

    public bool IsKnown => Answers >= Least;

    public double Share => (double)Right / Answers;

    public Interval Interval => Wilson.Of(Right, Answers);

    /// <summary>A reason to talk with that person, or to look at the gold answers.</summary>
    /// <param name="least">Share of them that should be right (<see cref="Storage.Project.GoldLeast"/>).</param>
    public bool IsUnder(double least) => IsKnown && Share < least;
}
