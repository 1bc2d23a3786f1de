
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Answering;

public sealed class PoolRankingTests : IDisposable
{
    private const int Chunk = 7;
    private static readonly ReferenceTask Task = ReferenceTaskList.Find("bank-40");
    private readonly Decoder _decoder = Decoder.Load(Bundled);
    private readonly Counted _prompts = new(PromptBuilder.Load(Bundled));

    private static string Bundled => Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled);

    // A trained model: its greedy steps have a lead that another order of summation does not turn.
    private static string[] Texts(int count) => [.. Task.Generate(TaskSplit.Test, count, 1).Select(e => e.Text)];

    [Theory, InlineData(true), InlineData(false)]
    public void Run_PoolOfSeveralChunks_GivesWhatOneChunkGives(bool asTask)
    {
        var task = asTask ? Task.Prompt : null;
        var texts = Texts(40);
        texts[11] = string.Join(' ', Enumerable.Repeat("card", 3000));
        texts[25] = texts[3];
        if (!asTask) texts = [.. texts.Select(t => _prompts.Inner.Text(Task.Prompt, t))];
        using PoolRanking whole = new(new ModelSession(_decoder), _prompts),
            parts = new(new ModelSession(_decoder), _prompts, chunk: Chunk);
        var expected = whole.Run(task, texts);
        List<int> reported = [];
        var ranked = parts.Run(task, texts, new Reports(reported.Add));

        Assert.Equal(Enumerable.Range(0, texts.Length), ranked.Select(r => r.Index));
        Assert.Equal([11], ranked.Where(r => r.LeftOut is not null).Select(r => r.Index));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(expected[i].Tokens, ranked[i].Tokens);
            Assert.Equal((expected[i].Answer, expected[i].NoKeptToken, expected[i].LeftOut),
                (ranked[i].Answer, ranked[i].NoKeptToken, ranked[i].LeftOut));
            if (i == 11) continue;
            GoldenModel.Near(expected[i].Confidence, ranked[i].Confidence, 2e-5, $"confidence {i}");
            GoldenModel.Near(1, ranked[i].Perplexity / expected[i].Perplexity, 5e-5, $"perplexity {i}");
        }
        Assert.True(reported.Count >= texts.Length / Chunk);
        Assert.Equal(reported.Distinct().Order(), reported);
        Assert.Equal(texts.Length, reported[^1]);
    }

    // What a pool of any size takes beside its results: the prompts of one chunk.
    [Fact]
    public void Run_PoolOfSeveralChunks_MakesPromptsOfTheOneAtHandOnly()
    {
        using var ranking = new PoolRanking(new ModelSession(_decoder), _prompts, chunk: Chunk);
        ranking.Run(Task.Prompt, Texts(1));
        var before = _prompts.Made;
        List<(int Done, int Made)> seen = [];
        ranking.Run(Task.Prompt, Texts(40), new Reports(done => seen.Add((done, _prompts.Made - before))));
        Assert.Equal(40, seen[^1].Made);
        Assert.All(seen, s => Assert.True(s.Made < s.Done + Chunk, $"{s.Made} prompts were made when {s.Done} texts were done"));
    }

    [Fact]
    public void Run_CancelledInAChunk_BeginsNoOther()
    {
        using var ranking = new PoolRanking(new ModelSession(_decoder), _prompts, chunk: Chunk);
        ranking.Run(Task.Prompt, Texts(1));
        var before = _prompts.Made;
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            ranking.Run(Task.Prompt, Texts(40), new Reports(_ => cancel.Cancel()), cancel.Token));
        Assert.InRange(_prompts.Made - before, Chunk, 2 * Chunk);
    }

    // Memory may end, or the work be cancelled, while the next task's instruction goes through the model: the last one's still stands.
    [Fact]
    public void Run_ANewInstructionThatDoesNotGetThrough_LeavesTheOldOneUsable()
    {
        using var ranking = new PoolRanking(new ModelSession(_decoder), _prompts);
        var texts = Texts(6);
        var expected = ranking.Run(Task.Prompt, texts);
        var points = 0;
        Assert.Throws<OutOfMemoryException>(() => ranking.Run(Task.Prompt with { Instruction = "Another question?" }, texts,
            giveWay: new GiveWay(() => throw new OutOfMemoryException($"point {++points}"), default)));
        Assert.Equal(1, points);
        var again = ranking.Run(Task.Prompt, texts);
        Assert.Equal(expected.Select(r => r.Confidence), again.Select(r => r.Confidence));
    }

    public void Dispose() => _decoder.Dispose();

    private sealed class Reports(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }

    private sealed class Counted(PromptBuilder inner) : IPrompts
    {
        public PromptBuilder Inner => inner;

        public int Made { get; private set; }

        public int[] Prompt(TaskPrompt? task, string text)
        {
            Made++;
            return inner.Prompt(task, text);
        }

        public int[] Answer(string answer) => inner.Answer(answer);

        public string Decode(IReadOnlyList<int> ids) => inner.Decode(ids);

        public IReadOnlySet<int> Masked => inner.Masked;

        public IReadOnlySet<int> Eos => inner.Eos;
    }
}
