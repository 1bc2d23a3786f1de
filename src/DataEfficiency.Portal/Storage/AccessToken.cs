namespace DataEfficiency.Portal.Storage;

/// <summary>A personal access token: shown once, kept as SHA-256.</summary>
public sealed class AccessToken
{
    public int Id { get; set; }
    public string UserId { get; set; } = "";
    public string Name { get; set; } = "";
    public byte[] Hash { get; set; } = [];
    public long CreatedAt { get; set; }
    /// <summary>Null: made by an older portal, which knew no end.</summary>
    public long? ExpiresAt { get; set; }
    /// <summary>May look, not change.</summary>
    public bool ReadOnly { get; set; }
    /// <summary>The one project that it opens; null: all of its person's.</summary>
    public int? ProjectId { get; set; }
    public long? LastUsedAt { get; set; }
    public long? RevokedAt { get; set; }
}
