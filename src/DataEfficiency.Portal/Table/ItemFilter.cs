using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Table;

/// <summary>What the table shows and in which order; every part is optional.</summary>
public sealed record ItemFilter
{
    public string Text { get; init; } = "";
    public string? Id { get; init; }
    public int? Label { get; init; }
    /// <summary>Id of a person.</summary>
    public string? Annotator { get; init; }
    public ItemStatus? Status { get; init; }
    public Stratum? Stratum { get; init; }
    public bool? Disagreement { get; init; }
    public bool? Flag { get; init; }
    public bool? Note { get; init; }
    public ItemRange? Skips { get; init; }
    public bool? Suspect { get; init; }
    public ItemRange? Seconds { get; init; }
    /// <summary>Unix milliseconds.</summary>
    public ItemRange? Answered { get; init; }
    public bool? Gold { get; init; }
    public ItemField? Metadata { get; init; }
    public ItemSort Sort { get; init; }
    public bool Descending { get; init; }

    /// <summary>All items, whatever their order.</summary>
    public bool IsEmpty => this with { Sort = default, Descending = false } == new ItemFilter();
}

/// <summary>Both ends belong to it; null: it has no end there.</summary>
public sealed record ItemRange(double? From, double? To);

/// <summary>A column of the file and what stands in it.</summary>
public sealed record ItemField(string Name, string Value);

/// <summary>Where a page ends and the next one begins: what the item is sorted by, and its id.</summary>
public sealed record ItemPlace(double Key, long Id);

/// <summary>How many items a filter finds.</summary>
/// <param name="More">There are more than so many; nobody counted on.</param>
public sealed record ItemTotal(int Number, bool More);

/// <param name="Next">Null: this is the last page.</param>
public sealed record ItemPage(IReadOnlyList<ItemRow> Rows, ItemPlace? Next);
