namespace DataEfficiency.Portal.Storage;

/// <summary>A personal access token: shown once, kept as SHA-256.</summary>
public sealed class AccessToken
{
    public int Id { get; set; }
    public string UserId { get; set; } = "";
    public string Name { get; set; } = "";
    public byte[] Hash { get; set; } = [];
    public long CreatedAt { get; set; }
    public long? LastUsedAt { get; set; }
    public long? RevokedAt { get; set; }
}
