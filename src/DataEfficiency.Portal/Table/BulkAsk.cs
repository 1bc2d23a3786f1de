using System.Text.Json.Serialization;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Table;

/// <summary>What can be done to many items at once.</summary>
[JsonConverter(typeof(OneName))]
public enum BulkAction
{
    /// <summary>A person gets the items next.</summary>
    Assign,
    /// <summary>A label for items that nobody has answered.</summary>
    Label,
    /// <summary>Answers are set aside, skips forgotten, and people are asked anew.</summary>
    Requeue,
    /// <summary>Before all others of the active queue.</summary>
    Priority,
    /// <summary>Their answers are known: they show how well people answer, and are no labels any more.</summary>
    Gold,
    /// <summary>Taken out of queues, forecast and exports; their answers stay.</summary>
    Delete,
    Restore,
}

/// <param name="LabelId">Of <see cref="BulkAction.Label"/>.</param>
/// <param name="Person">Of <see cref="BulkAction.Assign"/>.</param>
public sealed record BulkAsk(BulkAction Action, int? LabelId = null, string? Person = null);

/// <param name="Changed">Items that it was done to; the others stay as they are.</param>
/// <param name="Undo">Takes it back as long as <see cref="UndoUntil"/> (Unix milliseconds) has not passed; null: nothing was done.</param>
public sealed record BulkDone(int Asked, int Changed, Guid? Undo, long UndoUntil);

/// <param name="Restored">Items that are as they were.</param>
/// <param name="Kept">Items that somebody answered meanwhile: they stay as they are now.</param>
public sealed record BulkUndone(int Restored, int Kept);

/// <param name="Code">One of <see cref="Api.ApiCodes"/>.</param>
public sealed record BulkRefusal(string Code, Said Why);

/// <summary>What an action is done by.</summary>
/// <param name="Answer">Of <see cref="BulkAction.Label"/>.</param>
internal sealed record BulkTurn(Project Project, string UserId, BulkAsk Ask, Tasks.ReadAnswer? Answer, long Now);
