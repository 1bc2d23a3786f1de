// The hidden states of prompts that a probe needs: known from the gradient's own pass, from a file, or read forward once.
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Datastore;

/// <summary>The state [hidden] behind the last norm at each prompt's last token.</summary>
/// <param name="file">Keeps them over a restart; null: in memory only.</param>
internal sealed class PromptStates(ModelSession session, IPrompts prompts, StateFile? file = null) : IDisposable
{
    // Names of prompts are kept for so many texts: a label does not tokenise all those before it again.
    private const int MostNames = 8192;

    // A state of 576 numbers takes 2 KB; in a file they stay longer.
    private const long MostBytes = 64L << 20;

    private readonly HiddenStates _reader = new(session);
    private readonly TaskPrefix _prefix = new(session, prompts);
    private readonly Dictionary<string, float[]> _known = [];
    private readonly Dictionary<(string Task, string Text), string> _names = [];
    private bool _isRead;

    /// <summary>A state that another pass came by.</summary>
    public void Add(int[] prompt, float[] state) => Keep(NameOf(prompt), state);

    /// <summary>States of the texts of one task, in the order given; null where the model cannot take the prompt, or, beyond the first
    /// <paramref name="most"/> that were not known, has not read it yet.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; what was read stays known.</exception>
    public (IReadOnlyList<float[]?> States, int Waiting) Of(TaskPrompt? task, IReadOnlyList<string> texts, int most = int.MaxValue,
        GiveWay giveWay = default)
    {
        ReadFile();
        var name = task is null ? "" : JsonSerializer.Serialize(task);
        if (_names.Count + texts.Count > Math.Max(MostNames, 2 * texts.Count)) _names.Clear();
        var states = new float[]?[texts.Count];
        var waiting = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            var known = _names.TryGetValue((name, texts[i]), out var key);
            var ids = known ? null : prompts.Prompt(task, texts[i]);
            if (!known) _names[(name, texts[i])] = key = IsUsable(ids!) ? NameOf(ids!) : "";
            if (key!.Length == 0 || _known.TryGetValue(key, out states[i])) continue;
            if (most-- <= 0) waiting++;
            else Keep(key, states[i] = Read(task, ids ?? prompts.Prompt(task, texts[i]), giveWay));
        }
        return (states, waiting);
    }

    private bool IsUsable(int[] prompt) => prompt.Length > 0 && prompt.Length <= session.Decoder.Config.ContextLength
        && session.Decoder.Config.UnknownId(prompt) is null;

    private float[] Read(TaskPrompt? task, int[] prompt, GiveWay giveWay)
    {
        var prefix = task is null ? SharedPrefix.None : _prefix.Of(task, [prompt], giveWay);
        return _reader.OfLastToken(prompt, TaskPrefix.StandsBehind(prefix, prompt) ? prefix : SharedPrefix.None, giveWay);
    }

    private void Keep(string key, float[] state)
    {
        ReadFile();
        if (_known.ContainsKey(key)) return;
        if ((_known.Count + 1L) * state.Length * sizeof(float) > MostBytes) _known.Clear();
        _known[key] = state;
        // other weights than the folder's are gone with the process
        if (session.Version.Length == 0) file?.Append(key, state);
    }

    private void ReadFile()
    {
        if (_isRead) return;
        _isRead = true;
        foreach (var (key, state) in file?.Read(session.Decoder.Config.HiddenSize) ?? []) _known.TryAdd(key, state);
    }

    private string NameOf(int[] prompt) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(session.Version), .. MemoryMarshal.AsBytes<int>(prompt)]));

    public void Dispose() => _prefix.Dispose();
}
