namespace DataEfficiency.Portal.Storage;

/// <summary>One of the given answers was taken, another one written, or the item went back to its people.</summary>
public enum ReviewVerdict { Taken, Written, SentBack }
