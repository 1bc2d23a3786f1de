// Examples as sequences of ids, prepared once: a prompt's template and tokenizer cost more than all else of an example that is known.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Datastore;

/// <param name="Hash">Of model files, adapter and ids.</param>
/// <param name="LeftOut">Why the example has no gradient, in words; else null.</param>
internal sealed record PreparedExample(string Hash, TokenSequence Sequence, string? LeftOut);

/// <summary>The last examples asked for, by task and example.</summary>
/// <param name="identity">Names model files and adapter.</param>
internal sealed class PreparedExamples(ModelConfig config, IPrompts prompts, string identity)
{
    // Of 700 tokens each they take 20 MB.
    private const int Most = 4096;

    private readonly Dictionary<(string Task, Example Example), PreparedExample> _prepared = [];

    public IReadOnlyList<PreparedExample> Of(TaskPrompt? task, IReadOnlyList<Example> examples)
    {
        // A task read anew from a database is the same one.
        var name = task is null ? "" : JsonSerializer.Serialize(task);
        if (_prepared.Count + examples.Count > Math.Max(Most, 2 * examples.Count)) _prepared.Clear();
        return [.. examples.Select(e => _prepared.TryGetValue((name, e), out var known) ? known : _prepared[(name, e)] = Prepare(task, e))];
    }

    private PreparedExample Prepare(TaskPrompt? task, Example example)
    {
        int[] prompt = prompts.Prompt(task, example.Text), answer = prompts.Answer(example.Answer);
        var sequence = TokenSequence.Answer(prompt, answer, prompts.Masked);
        var reason = answer.Length == 0 ? "The answer is empty."
            : prompt.Length == 0 ? "The prompt is empty."
            : sequence.Ids.Length > config.ContextLength
            ? $"Prompt and answer have {sequence.Ids.Length} tokens, the model takes {config.ContextLength}."
            : config.UnknownId(sequence.Ids) is { } id
            ? $"Prompt and answer have token {id}, but the model's vocabulary has {config.VocabularySize}."
            : sequence.Counted == 0 ? "Every token of the answer is masked." : null;
        return new PreparedExample(HashOf(prompt, answer), sequence, reason);
    }

    private string HashOf(int[] prompt, int[] answer)
    {
        var name = Encoding.UTF8.GetBytes(identity);
        var bytes = new byte[name.Length + 4 * (prompt.Length + answer.Length + 1)];
        name.CopyTo(bytes, 0);
        var at = name.Length;
        // A masked token counts as another one: a row depends on which tokens its loss left out.
        foreach (var id in (int[])[.. prompt, -1, .. answer.Select(id => prompts.Masked.Contains(id) ? -2 - id : id)])
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), id);
            at += 4;
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
