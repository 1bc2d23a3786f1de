namespace DataEfficiency.Portal.Storage;

/// <summary>One place of a draw. The first 32 without a reason against them are the first 32.</summary>
public sealed class DrawItem
{
    public int DrawId { get; set; }
    /// <summary>In the drawn order of the candidates, from 0.</summary>
    public int Place { get; set; }
    public long ItemId { get; set; }
    /// <summary>Why the next place takes this one's turn; null: it counts.</summary>
    public PassedOver? Reason { get; set; }
}

public enum PassedOver
{
    /// <summary>The model cannot take it, or it gives no gradient.</summary>
    Unusable,
    /// <summary>People skipped it, and nobody else would answer it.</summary>
    GivenUp,
    /// <summary>It was drawn for the test set.</summary>
    SetAside,
    /// <summary>A lead took the item out of the project.</summary>
    Deleted,
}
