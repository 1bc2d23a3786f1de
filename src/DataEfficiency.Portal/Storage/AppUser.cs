using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Storage;

/// <summary>A person. Times everywhere in the database are Unix milliseconds (UTC).</summary>
public sealed class AppUser : IdentityUser
{
    public string DisplayName { get; set; } = "";
    public long CreatedAt { get; set; }
    /// <summary>Since when this person may no longer sign in; labels and names stay.</summary>
    public long? DeactivatedAt { get; set; }
    /// <summary>JSON of the label page's keys where this person changed them.</summary>
    public string? Keys { get; set; }
}

/// <summary>Names of the global roles.</summary>
public static class GlobalRoles
{
    public const string Admin = "Admin";
    /// <summary>May create projects.</summary>
    public const string Lead = "Lead";
}

public enum ProjectRole { Lead, Annotator }

public sealed class Membership
{
    public int ProjectId { get; set; }
    public string UserId { get; set; } = "";
    public ProjectRole Role { get; set; }
    /// <summary>Own claims so far: +1 in the claim's transaction; decides whose turn a queue has.</summary>
    public int Sequence { get; set; }
    public long CreatedAt { get; set; }
}

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
