using System.Text.RegularExpressions;

namespace DataEfficiency.Hub;

/// <summary>A repository of a hub at a revision (branch, tag or commit).</summary>
public sealed partial record HubModel(string Owner, string Name, string Revision)
{
    public const string DefaultRevision = "main";

    public string Id => $"{Owner}/{Name}";

    public override string ToString() => Revision == DefaultRevision ? Id : $"{Id}@{Revision}";

    /// <summary>ORG/NAME or ORG/NAME@REVISION.</summary>
    /// <exception cref="ArgumentException">It is written otherwise, or a part could leave its folder.</exception>
    public static HubModel Parse(string text)
    {
        var parts = Written().Match(text.Trim());
        return parts.Success && !text.Contains("..")
            ? new(parts.Groups[1].Value, parts.Groups[2].Value, parts.Groups[3] is { Success: true } revision ? revision.Value
            : DefaultRevision)
            : throw new ArgumentException(
                $"\"{text}\" names no model: write ORG/NAME or ORG/NAME@REVISION, for example HuggingFaceTB/SmolLM2-135M-Instruct.");
    }

    // \z, not $: that would let a line feed pass at the end.
    [GeneratedRegex(@"^([A-Za-z0-9][\w.-]{0,95})/([A-Za-z0-9][\w.-]{0,95})(?:@([A-Za-z0-9][\w./-]{0,199}))?\z", RegexOptions.ECMAScript)]
    private static partial Regex Written();
}
