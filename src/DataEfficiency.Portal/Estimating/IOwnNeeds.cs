using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What this installation's own projects needed, which rule A is fitted to once there are enough.</summary>
public interface IOwnNeeds
{
    /// <summary>One of each project that rule A spoke of before it was measured to its target.</summary>
    Task<IReadOnlyList<MeasuredNeed>> ReadAsync(CancellationToken cancellation);
}
