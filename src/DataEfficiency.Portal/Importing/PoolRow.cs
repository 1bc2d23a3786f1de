using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row with its answer found: hidden gold, or a label that comes with it.</summary>
public sealed record PoolRow(MappedRow Row, string? Gold, string? LabelText, LabelDefinition? Label);
