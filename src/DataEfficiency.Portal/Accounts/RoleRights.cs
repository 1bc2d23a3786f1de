using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What each role of a project may; an admin of the installation is a lead of every project. README has the same as a
/// table.</summary>
public static class RoleRights
{
    /// <summary>Gets items, answers them, and sees the own answers.</summary>
    public static bool MayLabel(this ProjectRole role) => role is ProjectRole.Lead or ProjectRole.Reviewer or ProjectRole.Annotator;

    /// <summary>Sees what waits for a review, others' answers in it, and decides.</summary>
    public static bool MayReview(this ProjectRole role) => role is ProjectRole.Lead or ProjectRole.Reviewer;

    /// <summary>Reads forecast, checks, people's figures and agreement. A reviewer does not: reviews are decided without names.</summary>
    public static bool MayReadFigures(this ProjectRole role) => role is ProjectRole.Lead or ProjectRole.Viewer;

    /// <summary>Everything else: settings, members, items, imports, exports, and what a page's buttons change.</summary>
    public static bool MayLead(this ProjectRole role) => role is ProjectRole.Lead;
}
