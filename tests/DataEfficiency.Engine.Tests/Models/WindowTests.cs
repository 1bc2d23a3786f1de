// Attention under a sliding window: every way of going through the model against an explicit masked attention, with windows of one token,
// shorter than a prompt, shorter than the shared prefix, reaching into it, and longer than everything.
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public sealed class WindowTests
{
    private const int PrefixLength = 60;
    private static readonly IReadOnlySet<int> None = new HashSet<int>();

    public static TheoryData<int> Sizes => [1, 3, 10, 59, 60, 61, 75, 83, 5000];

    private static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, SmallFamilies.Vocabulary))];
    }

    // Behind one prefix; ragged.
    private static readonly int[] Shared = Tokens(PrefixLength, 1);
    private static readonly int[][] Own = [Tokens(5, 2), Tokens(1, 3), Tokens(23, 4), Tokens(90, 5)];
    private static readonly TokenSequence[] Sequences =
        [.. Own.Select((own, i) => TokenSequence.Answer([.. Shared, .. own], Tokens(1 + 4 * i, 10 + i), None))];

    private static IEnumerable<Decoder> Decoders(int size) =>
        new[] { SmallFamilies.Mistral(new SlidingWindow(size)), SmallFamilies.Qwen(new SlidingWindow(size, 1)) }.Select(
            SmallFamilies.Decoder);

    private static Tensor Logits(Decoder decoder, int[] ids)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        return decoder.Logits(decoder.Hidden(tensor([.. ids.Select(i => (long)i)]).unsqueeze(0))[0]).MoveToOuterDisposeScope();
    }

    private static void Near(Tensor expected, Tensor found) => Assert.InRange(GoldenModel.RelativeDistance(found, expected), 0, 1e-5);

    [Theory, InlineData(1), InlineData(2), InlineData(17), InlineData(199), InlineData(200), InlineData(5000)]
    public void Logits_UnderAWindow_AreThoseOfThePlainDecoder(int size)
    {
        using var scope = NewDisposeScope();
        var ids = Tokens(200, 7);
        foreach (var (config, windows) in new (ModelConfig, int?[])[]
        {
            (SmallFamilies.Mistral(new SlidingWindow(size)), [size, size]), (SmallFamilies.Qwen(new SlidingWindow(size, 1)), [null, size]),
            (SmallFamilies.Qwen(new SlidingWindow(size, 0, [true, false])), [size, null]), (SmallFamilies.Mistral(null), [null, null]),
        })
        {
            using var decoder = SmallFamilies.Decoder(config);
            Near(PlainDecoder.Logits(decoder, ids, windows), Logits(decoder, ids));
        }
    }

    // Longer than the blocks of keys that the library's attention takes at a time: whole blocks are out of sight.
    [Fact]
    public void Logits_OfALongSequence_AreThoseOfThePlainDecoder()
    {
        using var scope = NewDisposeScope();
        using var decoder = SmallFamilies.Decoder(SmallFamilies.Mistral(new SlidingWindow(20)));
        var ids = Tokens(1500, 8);
        Near(PlainDecoder.Logits(decoder, ids, [20, 20]), Logits(decoder, ids));
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Greedy_BatchBehindASharedPrefix_IsEachPromptAloneWithoutACache(int size)
    {
        foreach (var decoder in Decoders(size))
            using (decoder)
            {
                using var prefix = decoder.Prefix(Shared);
                using var nothing = decoder.Prefix([]);
                var behind = new GreedyDecoder(new ModelSession(decoder), None).Run(prefix, Own);
                var whole =
                    new GreedyDecoder(new ModelSession(decoder), None).Run(nothing, [.. Own.Select(own => (int[])[.. Shared, .. own])]);
                for (var i = 0; i < Own.Length; i++)
                {
                    var (alone, leads) = PlainTwins.Greedy(decoder, [.. Shared, .. Own[i]], None);
                    // What follows two tokens as good as equal may be another text.
                    var sure = leads.TakeWhile(lead => lead > 1e-4).Count();
                    Assert.True(sure > 0);
                    foreach (var batched in new[] { behind[i], whole[i] })
                    {
                        Assert.Equal(alone.Tokens.Take(sure), batched.Tokens.Take(sure));
                        for (var t = 0; t < sure; t++)
                            GoldenModel.Near(alone.Probabilities[t], batched.Probabilities[t], 1e-5, $"prompt {i}, token {t}");
                    }
                }
            }
    }

    // An end that comes early takes a sequence out of the batch, and its positions with it.
    [Fact]
    public void Greedy_SequencesThatLeaveTheBatch_LeaveTheOthersAsTheyAre()
    {
        using var decoder = SmallFamilies.Decoder(SmallFamilies.Mistral(new SlidingWindow(10)));
        using var prefix = decoder.Prefix(Shared);
        var free = new GreedyDecoder(new ModelSession(decoder), None).Run(prefix, Own);
        // The fourth token of the first answer ends it.
        var eos = new HashSet<int> { free[0].Tokens[3] };
        var ended = new GreedyDecoder(new ModelSession(decoder), eos).Run(prefix, Own);
        Assert.True(ended[0].Tokens.Count <= 4);
        Assert.Contains(ended, e => e.Tokens.Count > ended[0].Tokens.Count + 2);
        for (var i = 0; i < Own.Length; i++)
            for (var t = 0; t < ended[i].Tokens.Count; t++)
            {
                Assert.Equal(free[i].Tokens[t], ended[i].Tokens[t]);
                GoldenModel.Near(free[i].Probabilities[t], ended[i].Probabilities[t], 1e-5, $"prompt {i}, token {t}");
            }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Scores_OfLabelsBehindAPrompt_AreThoseOfEachSequenceAlone(int size)
    {
        foreach (var decoder in Decoders(size))
            using (decoder)
            {
                int[] prompt = [.. Shared, .. Own[2]];
                int[][] labels = [Tokens(1, 20), Tokens(12, 21), Tokens(4, 22)];
                var scores = ChoiceScores.Of(new ModelSession(decoder), prompt, labels, None)!;
                for (var l = 0; l < labels.Length; l++)
                    GoldenModel.Near(-PlainTwins.TokenLosses(decoder, TokenSequence.Answer(prompt, labels[l], None)).Average(), scores[l],
                        1e-4, $"label {l}");
            }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void TokenLosses_PrefixKeptApart_SameLossesAndGradients(int size)
    {
        foreach (var decoder in Decoders(size))
            using (decoder)
            {
                using var scope = NewDisposeScope();
                var leaves = decoder.Parameters.Bind(leaves: true);
                using var whole = new SequenceBatch(Sequences, CPU);
                using var apart = new SequenceBatch(Sequences, CPU, sharePrefix: true);
                Assert.Equal(PrefixLength, apart.Prefix!.shape[1]);
                Tensor expected = whole.TokenLosses(decoder), found = apart.TokenLosses(decoder);
                var twins = Sequences.SelectMany(s => PlainTwins.TokenLosses(decoder, s)).ToArray();
                Assert.True(found.allclose(tensor(twins, float32), 1e-4, 1e-5));
                Assert.True(found.allclose(expected, 1e-4, 1e-5));
                var wanted = autograd.grad([expected.sum()], [.. leaves]);
                var got = autograd.grad([found.sum()], [.. leaves]);
                for (var i = 0; i < wanted.Count; i++) Near(wanted[i], got[i]);
            }
    }

    // The first call begins behind nothing, the second behind the prefix that stands from the first, one row of it alone.
    [Theory, MemberData(nameof(Sizes))]
    public void Rows_OfEveryPass_AreThoseOfAutogradThroughAnAdapter(int size)
    {
        foreach (var decoder in Decoders(size))
            using (decoder)
            {
                using var matrices = AdapterMatrices.FromSeed(decoder.Config, 3, 4);
                using var rows = new GradientRows(new ModelSession(decoder), matrices, 4);
                GradientRow[] found = [.. rows.Compute(Sequences[..3]), .. rows.Compute(Sequences[3..])];
                var tape = rows.ByAutograd.Run(Sequences, half: false, default);
                var device = rows.OnDevice.Run(Sequences, half: false, default);
                for (var i = 0; i < Sequences.Length; i++)
                {
                    var twin = PlainTwins.Row(decoder, matrices, 4, Sequences[i])!;
                    GoldenModel.Near(0, PlainTwins.Distance(found[i].Values!, twin), 1e-5, $"row {i}");
                    GoldenModel.Near(0, PlainTwins.Distance(tape[i].Values!, twin), 1e-5, $"row {i} on a tape");
                    GoldenModel.Near(0, PlainTwins.Distance(device[i].Values!, twin), 1e-5, $"row {i} on a device");
                    GoldenModel.Near(PlainTwins.TokenLosses(decoder, Sequences[i]).Average(), found[i].Loss!.Value, 1e-4, $"loss {i}");
                }
            }
    }

    // A window that nothing is longer than costs nothing: the same operations, the same bits.
    [Fact]
    public void Window_LongerThanEverything_ChangesNoBit()
    {
        using var scope = NewDisposeScope();
        using var matrices = AdapterMatrices.FromSeed(SmallFamilies.Mistral(null), 3, 4);
        var found = new[] { null, new SlidingWindow(5000) }.Select(window =>
        {
            using var decoder = SmallFamilies.Decoder(SmallFamilies.Mistral(window));
            using var rows = new GradientRows(new ModelSession(decoder), matrices, 4);
            using var prefix = decoder.Prefix(Shared);
            var generated = new GreedyDecoder(new ModelSession(decoder), None).Run(prefix, Own);
            return (Logits: Logits(decoder, Tokens(200, 7)), Rows: rows.Compute(Sequences).SelectMany(r => r.Values!),
                Probabilities: generated.SelectMany(g => g.LogProbabilities));
        }).ToArray();
        Assert.True(GoldenModel.Same(found[0].Logits, found[1].Logits));
        Assert.Equal(found[0].Rows, found[1].Rows);
        Assert.Equal(found[0].Probabilities, found[1].Probabilities);
    }
}
