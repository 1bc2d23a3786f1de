namespace DataEfficiency.Portal.Storage;

/// <summary>Why there is a check; its numbers are stored.</summary>
public enum CheckReason
{
    /// <summary>32, 50, 100, 200 random labels and every doubling.</summary>
    Doubling,
    /// <summary>The forecast placed it where it tells most.</summary>
    Placed,
    /// <summary>A lead asked for it.</summary>
    Asked,
}
