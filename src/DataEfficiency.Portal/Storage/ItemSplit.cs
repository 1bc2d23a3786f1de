namespace DataEfficiency.Portal.Storage;

/// <summary>What an item is there for. Drawn once and kept: what was ever trained on never becomes a test.</summary>
public enum ItemSplit { Pool, Validation, Test, Gold }
