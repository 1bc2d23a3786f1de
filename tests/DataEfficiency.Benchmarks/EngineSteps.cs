using System.Diagnostics;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Benchmarks;

/// <summary>What each change gave: the same work with one change more each time, from the published algorithm to the engine's own way; seconds an example.</summary>
internal sealed class EngineSteps(Decoder decoder, AdapterMatrices matrices, double alpha)
{
    /// <param name="examples">All of one task.</param>
    public IEnumerable<(string Step, double Seconds)> Gradients(IReadOnlyList<TokenSequence> examples)
    {
        using var rows = new GradientRows(new ModelSession(decoder), matrices, alpha);
        // Every fourth: the slow ways take as long for each.
        TokenSequence[] some = [.. examples.OrderBy(e => e.Ids.Length).Where((_, i) => i % 4 == 2)];
        double Each(int at, Func<TokenSequence[], int> way)
        {
            var clock = Stopwatch.StartNew();
            foreach (var part in some.Chunk(at)) way(part);
            return clock.Elapsed.TotalSeconds / some.Length;
        }
        yield return ("no B, no gradient of A, logits of answers only", Each(1, part => rows.ByAutograd.Run(part, half: false, default).Length));
        var call = 0;
        // Another first id each time: nothing of a call stands from the one before.
        yield return ("backward by hand, one at a time", Each(1, part => rows.Compute([Apart(part[0], ++call % 2)]).Count));
        yield return ("two at a time, no padding", Each(2, part => rows.Compute([Apart(part[0], 0), Apart(part[1], 1)]).Count));
    }

    /// <summary>A sequence that has no beginning in common with the same one apart by another number.</summary>
    public static TokenSequence Apart(TokenSequence sequence, int by) => sequence with { Ids = [sequence.Ids[0] + by, .. sequence.Ids[1..]] };

    /// <param name="prompts">All of one task, a few of them.</param>
    public IEnumerable<(string Step, double Seconds)> Ranking(IPrompts builder, IReadOnlyList<int[]> prompts)
    {
        var greedy = new GreedyDecoder(new ModelSession(decoder), builder.Eos);
        var shared = prompts.Skip(1).Aggregate(prompts[0].Length - 1, (length, p) => Math.Min(length, prompts[0].AsSpan(0, length).CommonPrefixLength(p)));
        using SharedPrefix none = decoder.Prefix([]), prefix = decoder.Prefix(prompts[0][..shared]);
        double Each(SharedPrefix behind)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            foreach (var prompt in prompts) greedy.Run(behind, [prompt[behind.Ids.Count..]]);
            return clock.Elapsed.TotalSeconds / prompts.Count;
        }
        yield return ("probabilities of decoding itself, logits of last positions only", Each(none));
        yield return ("common prefix once", Each(prefix));
    }
}
