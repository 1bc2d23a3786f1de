using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row with its answers found: hidden gold, any of which is right, or a label that comes with it.</summary>
public sealed record PoolRow(MappedRow Row, IReadOnlyList<string> Gold, string? LabelText, Label? Label);
