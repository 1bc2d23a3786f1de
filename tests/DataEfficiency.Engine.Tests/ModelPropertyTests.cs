// Properties of the model's fast ways against their plain twins on drawn input: ragged batches, prompts of 1 to 1,000 tokens, answers of 0
// to 30. CsCheck prints the seed of a failure; CsCheck_Seed=... runs it again.
using CsCheck;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Tests.Datastore;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

public sealed class ModelPropertyTests : IDisposable
{
    private const int Vocabulary = SmallFamilies.Vocabulary;
    private static readonly IReadOnlySet<int> Masked = new HashSet<int> { 0, 1, 2 };
    private readonly Decoder[] _families = [.. SmallFamilies.All.Select(SmallFamilies.Decoder)];

    private static readonly Gen<int> Token = Gen.Int[3, Vocabulary - 1];
    private static readonly Gen<int[]> Prompt =
        Gen.Frequency((2, Gen.Int[1, 8]), (4, Gen.Int[9, 120]), (1, Gen.Int[121, 1000])).SelectMany(n => Token.Array[n]);
    private static readonly Gen<int[]> Answer = Gen.Frequency((1, Gen.Const(0)), (3, Gen.Const(1)), (2, Gen.Int[2, 29]), (1, Gen.Const(30)))
        .SelectMany(n => Gen.Int[0, Vocabulary - 1].Array[n]);
    private static readonly Gen<TokenSequence[]> Examples =
        Gen.Select(Gen.Int[0, 60].SelectMany(n => Token.Array[n]), Gen.Select(Prompt, Answer).Array[1, 6])
        .Select((shared, own) => own.Select(e => TokenSequence.Answer([.. shared, .. e.Item1], e.Item2, Masked)).ToArray());
    private static readonly Gen<int> Family = Gen.Int[0, SmallFamilies.All.Count - 1];

    [Fact]
    public void Greedy_BatchBehindASharedPrefix_IsEachPromptAloneWithoutACache() =>
        Gen.Select(Family, Gen.Int[0, 60].SelectMany(n => Token.Array[n]), Prompt.Array[1, 6]).Sample((family, shared, own) =>
        {
            var decoder = _families[family];
            var eos = new HashSet<int> { 2, 5, 8, 13, 21, 34, 55, 89 };
            using var prefix = decoder.Prefix(shared);
            var batched = new GreedyDecoder(new ModelSession(decoder), eos).Run(prefix, own);
            for (var i = 0; i < own.Length; i++)
            {
                var (alone, leads) = PlainTwins.Greedy(decoder, [.. shared, .. own[i]], eos);
                // Where two tokens are as good as equal either may come; what follows is another text.
                var close = leads.ToList().FindIndex(lead => lead < 1e-4);
                var found = close >= 0 ? Cut(batched[i], close) : batched[i];
                if (close >= 0) alone = Cut(alone, close);
                Assert.Equal(alone.Tokens, found.Tokens);
                for (var t = 0; t < alone.Tokens.Count; t++)
                    GoldenModel.Near(alone.Probabilities[t], found.Probabilities[t], 1e-5,
                        $"prompt {i} of {own[i].Length} tokens, token {t}");
            }
        }, iter: 20, threads: 1);

    private static Generated Cut(Generated answer, int length) =>
        new([.. answer.Tokens.Take(length)], [.. answer.Probabilities.Take(length)], [.. answer.LogProbabilities.Take(length)]);

    [Fact]
    public void TokenLosses_RaggedBatch_AreEachSequencesAloneWithAndWithoutASharedPrefix() =>
        Gen.Select(Family, Examples, Gen.Bool).Sample((family, examples, share) =>
        {
            var decoder = _families[family];
            using var plain = no_grad();
            using var scope = NewDisposeScope();
            using var batch = new SequenceBatch(examples, CPU, share);
            Assert.Equal(examples.Select(e => e.Counted), batch.Counted);
            var expected = examples.SelectMany(e => PlainTwins.TokenLosses(decoder, e)).ToArray();
            if (expected.Length == 0) return;
            var found = batch.TokenLosses(decoder).data<float>().ToArray();
            Assert.Equal(expected.Length, found.Length);
            for (var t = 0; t < found.Length; t++) GoldenModel.Near(expected[t], found[t], 1e-5 * Math.Max(1, expected[t]), $"token {t}");
        }, iter: 40, threads: 1);

    [Fact]
    public void Rows_RaggedBatch_AreThoseOfAutogradThroughAnAdapterOneByOne() =>
        Gen.Select(Family, Examples, Gen.Int[1, 12]).Sample((family, examples, rank) =>
        {
            var decoder = _families[family];
            using var matrices = AdapterMatrices.FromSeed(decoder.Config, rank, rank);
            using var rows = new GradientRows(new ModelSession(decoder), matrices, 4);
            var batched = rows.Compute(examples);
            var twins = examples.Select(e => PlainTwins.Row(decoder, matrices, 4, e)).ToArray();
            for (var i = 0; i < examples.Length; i++)
            {
                Assert.Equal(twins[i] is null, batched[i].Values is null);
                if (twins[i] is not { } twin) continue;
                GoldenModel.Near(0, PlainTwins.Distance(batched[i].Values!, twin), 1e-5, $"row {i}");
                GoldenModel.Near(PlainTwins.TokenLosses(decoder, examples[i]).Average(), batched[i].Loss!.Value, 1e-4, $"loss {i}");
                GoldenModel.Near(0, PlainTwins.Distance(rows.Compute([examples[i]])[0].Values!, twin), 1e-5, $"row {i} alone");
                for (var j = 0; j < i; j++)
                    if (twins[j] is { } other)
                        GoldenModel.Near(PlainTwins.Cosine(twin, other), GramMatrix.Dot(batched[i].Values, batched[j].Values)
                            / (GramMatrix.Norm(batched[i].Values) * GramMatrix.Norm(batched[j].Values)), 1e-5, $"cosine {i} {j}");
            }
        }, iter: 20, threads: 1);

    // Labels come in any order, some twice, some without a gradient; rows past the budget turn into half
    // precision, leave the memory for a folder, or for good.
    [Fact]
    public void Cosines_OfRowsKeptSpilledOrGone_AreThoseOfFreshRows() =>
        Gen.Select(Family, Examples, Gen.Int[0, 5].Array[1, 8], Gen.Int[0, 6], Gen.Bool).Sample((family, examples, order, room, spill) =>
        {
            var decoder = _families[family];
            var folder = Directory.CreateTempSubdirectory("rows").FullName;
            try
            {
                using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 4);
                using var rows = new GradientRows(new ModelSession(decoder), matrices, 4);
                var prompts = new ListedPrompts(examples);
                var store = RowStoreTests.Store(room * rows.Width * sizeof(float), spill ? folder : null);
                var observer = new Observer(new ModelSession(decoder), prompts, new HostRows(rows, store), "identity");
                for (var n = 1; n <= order.Length; n++)
                {
                    var labels = order.Take(n).Select(i => i % examples.Length).ToArray();
                    var (_, places, cosines, _) = observer.Cosines(null, [.. labels.Select(i => new Example($"{i}", $"{i}"))]);
                    var twins = labels.Select(i => PlainTwins.Row(decoder, matrices, 4, examples[i])).ToArray();
                    Assert.Equal(Enumerable.Range(0, n).Where(k => twins[k] is not null), places);
                    for (var i = 0; i < places.Count; i++)
                        for (var j = 0; j < places.Count; j++)
                            GoldenModel.Near(PlainTwins.Cosine(twins[places[i]]!, twins[places[j]]!), cosines[i][j], 1e-5, $"{n}: {i} {j}");
                }
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }, iter: 15, threads: 1);

    // Text "3" is the prompt of the fourth example, answer "3" its answer.
    private sealed class ListedPrompts(TokenSequence[] examples) : IPrompts
    {
        private readonly int[] _border =
            [.. examples.Select(e => Array.IndexOf(e.Scored, true) is var first and >= 0 ? first : e.Ids.Length)];

        public int[] Prompt(TaskPrompt? task, string text) => examples[int.Parse(text)].Ids[.._border[int.Parse(text)]];

        public int[] Answer(string answer) => examples[int.Parse(answer)].Ids[_border[int.Parse(answer)]..];

        public string Decode(IReadOnlyList<int> ids) => "";

        public IReadOnlySet<int> Masked => ModelPropertyTests.Masked;

        public IReadOnlySet<int> Eos => new HashSet<int>();
    }

    public void Dispose()
    {
        foreach (var decoder in _families) decoder.Dispose();
    }
}
