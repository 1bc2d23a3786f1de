using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>A row with its answers found: hidden gold, any of which is right, or the answers that come with it.</summary>
public sealed record PoolRow(MappedRow Row, IReadOnlyList<string> Gold, IReadOnlyList<PoolAnswer> Given);

/// <param name="Said">By whom and when.</param>
/// <param name="Answer">Null: they skipped it.</param>
public sealed record PoolAnswer(PersonAnswer Said, ReadAnswer? Answer)
{
    /// <summary>Who is not named is the file.</summary>
    public AnswerRole Role => Said is { By: null, Role: AnswerRole.Annotator } ? AnswerRole.Import : Said.Role;
}
