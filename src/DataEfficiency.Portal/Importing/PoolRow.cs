using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row with its answers found: hidden gold, any of which is right, or an answer that comes with it.</summary>
public sealed record PoolRow(MappedRow Row, IReadOnlyList<string> Gold, ReadAnswer? Answer);
