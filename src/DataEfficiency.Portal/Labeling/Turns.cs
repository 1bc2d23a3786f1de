using DataEfficiency.Engine.Randomness;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Which queue has a turn after the first 32. Half of the turns are random until there is a sample: 100 random answers, and then the test
/// set; from then on the project's share. A share of 0 asks for none.
/// </summary>
/// <param name="Random">Random answers so far.</param>
/// <param name="TestLeft">Something of the test set can still be given.</param>
public readonly record struct Turns(int Random, bool TestLeft, double Share)
{
    /// <summary>Random answers that come before the test set: early checks are made of them.</summary>
    public const int Sample = 100;

    private const double Half = .5;

    private bool IsFull => Random >= Sample && !TestLeft;

    /// <summary>Share of the turns that do not go by need.</summary>
    public double RandomShare => IsFull || Share == 0 ? Share : Math.Max(Half, Share);

    /// <param name="sequence">The claim's number, from 0.</param>
    public Stratum At(int sequence)
    {
        if (!IsRandom(sequence, RandomShare)) return Stratum.Active;
        return Random >= Sample && TestLeft ? Stratum.Test : Stratum.Random;
    }

    internal static bool IsRandom(int sequence, double share) => Math.Floor((sequence + 1) * share) > Math.Floor(sequence * share);

    /// <summary>One turn of each block of them, which one is not to be guessed.</summary>
    public static bool IsGold(Project project, string userId, int sequence)
    {
        if (project.GoldShare <= 0) return false;
        var block = Math.Max(1, (int)Math.Round(1 / project.GoldShare));
        return sequence % block == (int)(Number(project, userId, sequence / block) % (ulong)block);
    }

    /// <summary>An odd number of this person's, by which gold items are put into an order of their own.</summary>
    public static long Salt(Project project, string userId) => (int)(Number(project, userId, -1) >> 33) | 1;

    private static ulong Number(Project project, string userId, int place)
    {
        // FNV-1a: string.GetHashCode differs from process to process
        var hash = userId.Aggregate(14695981039346656037UL, (h, c) => unchecked((h ^ c) * 1099511628211UL));
        return new SplitMix64(unchecked(hash ^ (ulong)project.Seed * 0x9E3779B97F4A7C15 ^ (ulong)place << 32)).Next();
    }
}
