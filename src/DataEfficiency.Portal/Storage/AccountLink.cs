namespace DataEfficiency.Portal.Storage;

public enum LinkKind { Invitation, PasswordReset }

/// <summary>A one-use link that an admin or lead hands to a person: an invitation or a password reset.</summary>
public sealed class AccountLink
{
    public int Id { get; set; }
    public LinkKind Kind { get; set; }
    public byte[] Hash { get; set; } = [];
    /// <summary>Whose password is reset; null for an invitation.</summary>
    public string? UserId { get; set; }
    public string? GlobalRole { get; set; }
    public int? ProjectId { get; set; }
    public ProjectRole? ProjectRole { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long ExpiresAt { get; set; }
    public long? UsedAt { get; set; }
}
