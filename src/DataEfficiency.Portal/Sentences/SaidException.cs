namespace DataEfficiency.Portal.Sentences;

/// <summary>What was asked for cannot be done, for a reason that is the asker's to read.</summary>
public sealed class SaidException(Said said) : Exception(said)
{
    public Said Said => said;
}
