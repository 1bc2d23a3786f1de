namespace DataEfficiency.Portal.Storage;

/// <summary>Stored as numbers: a new one comes last.</summary>
public enum LinkKind { Invitation, PasswordReset, SignIn }

/// <summary>A one-use link that an admin or lead hands to a person: an invitation, a password reset, or
/// what joins an account to the provider's.</summary>
public sealed class AccountLink
{
    public int Id { get; set; }
    public LinkKind Kind { get; set; }
    public byte[] Hash { get; set; } = [];
    /// <summary>Whose account it is about; null for an invitation.</summary>
    public string? UserId { get; set; }
    public string? GlobalRole { get; set; }
    public int? ProjectId { get; set; }
    public ProjectRole? ProjectRole { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long ExpiresAt { get; set; }
    public long? UsedAt { get; set; }
}
