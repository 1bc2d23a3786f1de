namespace DataEfficiency.Portal.Storage;

/// <summary>Names of the global roles.</summary>
public static class GlobalRoles
{
    public const string Admin = "Admin";
    /// <summary>May create projects.</summary>
    public const string Lead = "Lead";
}
