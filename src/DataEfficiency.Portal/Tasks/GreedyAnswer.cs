namespace DataEfficiency.Portal.Tasks;

/// <summary>What a model generates, made comparable.</summary>
public static class GreedyAnswer
{
    /// <summary>Lower case, without dots and blanks around (method section 8).</summary>
    public static string Normal(string answer) => answer.ToLowerInvariant().Trim('.', ' ', '\n', '\r', '\t');
}
