using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Datastore;

/// <summary>What a stored row is of.</summary>
/// <param name="Version">Of the model: <see cref="ModelSession.Version"/>; empty for the weights that the folder holds.</param>
/// <param name="Checkpoint">The state of a fine-tuning that the row was taken at, by name; empty: none.</param>
/// <param name="Projection">What the row is seen through; empty: the row itself.</param>
/// <param name="Example">Hash of the model's files and the example's ids.</param>
internal readonly record struct RowKey(string Version, string Checkpoint, string Projection, string Example)
{
    /// <summary>Name of the row's file, without an end. Two keys never have one name: no part has a full stop but the last, of which there
    /// is one.</summary>
    public string Name => string.Join('.', new[] { Version, Checkpoint, Projection, Example }
        .Select(part => Uri.EscapeDataString(part).Replace(".", "%2E"))).TrimStart('.');
}
