// What of tokenizer, chat template and end tokens goes into every number of a calibration: part of its journal's identity.
using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

internal static class PromptsHash
{
    /// <summary>SHA-256 of the end tokens, the masked ones, and one example of each of the first reference tasks as the model reads
    /// it, whichever are measured: a calibration that is taken up with another choice of them, or with more, keeps what it has.</summary>
    public static string Of(IPrompts prompts)
    {
        var examples = ReferenceTaskList.First.Select(t => (t.Prompt, Example: t.Generate(TaskSplit.Train, 1, seed: 1)[0]));
        int[][] read =
            [.. examples.SelectMany(e => new[] { prompts.Prompt(e.Prompt, e.Example.Text), prompts.Answer(e.Example.Answer) })];
        var all = JsonSerializer.SerializeToUtf8Bytes(
            new { prompts.End, eos = prompts.Eos.Order(), masked = prompts.Masked.Order(), read });
        return Convert.ToHexStringLower(SHA256.HashData(all));
    }
}
