using System.Collections.Immutable;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The first 32 and what was answered among them.</summary>
/// <param name="Items">Their ids in drawn order; empty until the pool is ranked.</param>
/// <param name="Finals">Their final answers, by item.</param>
/// <param name="DrawId">The draw whose first they are; null until ranked.</param>
public sealed record FirstFigures(ImmutableArray<long> Items, ImmutableDictionary<long, FinalText> Finals, int? DrawId = null)
{
    public static readonly FirstFigures None = new([], ImmutableDictionary<long, FinalText>.Empty);

    /// <summary>Items that somebody answered.</summary>
    public int Answered => Finals.Count;

    /// <summary>Those of them whose answers agree: what the forecast is made of.</summary>
    public int Decided => Finals.Values.Count(f => f.IsDecided);

    /// <summary>Answer texts with their counts, the most frequent first: the class mix is a confound of CoS-Low.</summary>
    public IReadOnlyList<(string Answer, int Count)> Mix => [.. Finals.Values.Where(f => f.IsDecided).GroupBy(f => f.Text!)
        .Select(g => (g.Key, g.Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal)];

    public bool Fits(Project project) => DrawId == project.DrawId;

    /// <summary>With this final answer of an item; itself where that changes nothing.</summary>
    internal FirstFigures With(long itemId, FinalText? final)
    {
        if (!Items.Contains(itemId) || Finals.GetValueOrDefault(itemId) == final) return this;
        return this with { Finals = final is null ? Finals.Remove(itemId) : Finals.SetItem(itemId, final) };
    }
}
