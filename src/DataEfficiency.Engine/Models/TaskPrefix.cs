// The beginning that all prompts of a task share, read once and kept for the next call: an instruction of 600 tokens stands before texts of
// 20.
using System.Text.Json;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models;

/// <summary>The prefix of the task asked for last, under the session's weights and adapter.</summary>
internal sealed class TaskPrefix(ModelSession session, IPrompts prompts) : IDisposable
{
    private (string Task, string Version, SharedPrefix Prefix)? _kept;

    /// <summary>The prefix of a task's prompts; without a task what the given prompts share.</summary>
    /// <param name="ids">Prompts that are to be run behind it; with a task they are not looked at.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; the one before is still kept.</exception>
    public SharedPrefix Of(TaskPrompt? task, IReadOnlyList<int[]> ids, GiveWay giveWay)
    {
        // A task read anew from a database is the same one.
        var name = task is null ? "" : JsonSerializer.Serialize(task);
        if (_kept is { } kept && kept.Version == session.Version && kept.Task == name
            && (task is not null || ids.All(p => StandsBehind(kept.Prefix, p)))) return kept.Prefix;
        // A task's prefix is what the prompts of two texts without a common beginning share; full prompts share what they share.
        var shared = task is not null ? Common([prompts.Prompt(task, "a"), prompts.Prompt(task, "Z 9")]) : ids.Count > 1 ? Common(ids) : [];
        // the old one stays until the new one exists: there may not be memory for it
        var prefix = session.Decoder.Prefix(shared, session.Adapter, giveWay);
        _kept?.Prefix.Dispose();
        _kept = (name, session.Version, prefix);
        return prefix;
    }

    /// <summary>A text may merge with what stands before it: such a prompt does not begin with the prefix and runs on its own.</summary>
    public static bool StandsBehind(SharedPrefix prefix, int[] prompt) => prompt.Length > prefix.Ids.Count
        && prompt.Take(prefix.Ids.Count).SequenceEqual(prefix.Ids);

    // The longest common beginning that leaves every sequence at least one token.
    private static int[] Common(IReadOnlyList<int[]> sequences)
    {
        var first = sequences[0];
        var length = sequences.Min(s => s.Length) - 1;
        foreach (var other in sequences) length = Math.Min(length, first.AsSpan(0, length).CommonPrefixLength(other));
        return first[..length];
    }

    public void Dispose() => _kept?.Prefix.Dispose();
}
