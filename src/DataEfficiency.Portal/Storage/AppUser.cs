using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Storage;

/// <summary>A person. Times everywhere in the database are Unix milliseconds (UTC).</summary>
public sealed class AppUser : IdentityUser
{
    public string DisplayName { get; set; } = "";
    public long CreatedAt { get; set; }
    /// <summary>Since when this person may no longer sign in; labels and names stay.</summary>
    public long? DeactivatedAt { get; set; }
    /// <summary>Gave answers that a file brought; has no way to sign in.</summary>
    public bool IsExternal { get; set; }
    /// <summary>"de": the language that this person chose; null: what the browser asks for.</summary>
    public string? Language { get; set; }
    /// <summary>JSON of the label page's keys where this person changed them.</summary>
    public string? Keys { get; set; }
}
