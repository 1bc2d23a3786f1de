// Trains a small Llama-shaped model from nothing: vocabulary, then weights, on running text and exercises; writes a Hugging Face folder.
using System.Diagnostics;
using System.Text.Json;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Pretraining;

public static class Pretrainer
{
    private const int HeldOutBlocks = 64, HeldOutExercises = 512;
    private static readonly ChatTokens Chat = new();

    /// <summary>Trains and writes config.json, generation_config.json, tokenizer.json, tokenizer_config.json and model.safetensors (BF16);
    /// checkpoints of the weights come in between.</summary>
    /// <exception cref="InvalidDataException">Too little text.</exception>
    /// <exception cref="ArgumentException">Neither a token nor a time budget is given.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; the last checkpoint stands in the folder.</exception>
    public static PretrainingResult Run(IReadOnlyList<TextSource> sources, string folder, PretrainingOptions options,
        Action<string>? note = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        if (options.Tokens is null && options.Time is null) throw new ArgumentException("Give a budget: tokens or time.", nameof(options));
        var corpus = PretrainingCorpus.Read(sources, options.Seed, cancel);
        note?.Invoke(
            $"{corpus.Train.Sum(p => (long)p.Text.Length):N0} characters to train on, "
            + $"{corpus.HeldOut.Sum(p => (long)p.Text.Length):N0} held out");
        var vocabulary = ByteLevelBpeTrainer.Train(corpus.Train.Select(p => p.Text), options.VocabularySize, Chat.All, cancel: cancel);
        TokenizerWriter.Write(folder, vocabulary, Chat, options.ContextLength);
        var tokenizer = Tokenizer.Load(folder);
        var ids = new ChatIds(tokenizer);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), JsonSerializer.Serialize(new
        {
            bos_token_id = ids.Start, eos_token_id = new[] { ids.End, ids.Padding }, pad_token_id = ids.Padding, do_sample = false,
        }) + "\n");

        var text = TextBlocks.Of(corpus.Train, tokenizer, ids.Padding, cancel);
        note?.Invoke($"{tokenizer.VocabularySize} tokens in the vocabulary, {text.Length:N0} tokens of text");
        var exercises = Batches(corpus, corpus.Passages, "train", options, tokenizer);
        using var session = new ModelSession(Decoder.Initialise(Shape(options, tokenizer, ids), options.Seed));
        var decoder = session.Decoder;
        note?.Invoke($"{decoder.Parameters.Count:N0} parameters");
        var recipe = new Recipe { WeightDecay = .1, Beta2 = .95, ClipNorm = 1, TokensAtOnce = Math.Max(8192, options.ContextLength) };
        using var trainer = new Trainer(session, recipe);
        var clock = Stopwatch.StartNew();
        var (steps, tokens) = Train(trainer, text, exercises, options, clock, () => decoder.Save(folder), progress, cancel);
        decoder.Save(folder);
        var seconds = clock.Elapsed.TotalSeconds;

        // The files hold BF16: what is reported is what a reader of the files gets.
        using var saved = Decoder.Load(folder);
        double Judge(IReadOnlyList<TokenSequence> sequences) => MicroBatches.Loss(saved, null, sequences, new Recipe());
        var (textLoss, bits) = HeldOutText(Judge, corpus, tokenizer, ids, options);
        var heldOut =
            Batches(corpus, corpus.HeldOutPassages.Count > 0 ? corpus.HeldOutPassages : corpus.Passages, "held out", options, tokenizer);
        var answers =
            Enumerable.Range(0, Math.Max(1, HeldOutExercises / options.ExercisesPerStep)).SelectMany(_ => heldOut.Next()).ToList();
        return new PretrainingResult(decoder.Parameters.Count, steps, tokens, seconds, textLoss, bits, Judge(answers), folder);
    }

    private static (int Steps, long Tokens) Train(Trainer trainer, TextBlocks text, ExerciseBatches exercises, PretrainingOptions options,
        Stopwatch clock, Action save,
        IProgress<PretrainingProgress>? progress, CancellationToken cancel)
    {
        var (step, tokens, textSteps, textLoss, exerciseLoss) = (0, 0L, 0, double.NaN, double.NaN);
        var saved = clock.Elapsed;
        double Share() => Math.Max(options.Tokens is { } t ? (double)tokens / t : 0, options.Time is { } time ? clock.Elapsed / time : 0);
        while (Share() is var share && share < 1)
        {
            cancel.ThrowIfCancellationRequested();
            var rate = options.LearningRate * Math.Min(1, ++step / (double)options.WarmUpSteps)
                * (.05 + .95 * .5 * (1 + Math.Cos(Math.PI * share)));
            var onExercises = step % options.ExerciseEvery == 0;
            var batch = onExercises ? exercises.Next()
                : ++textSteps % options.LongBlockEvery == 0 ? text.Next(1, options.ContextLength)
                : text.Next(Math.Max(1, options.TokensPerStep / options.BlockLength), options.BlockLength);
            var loss = trainer.Step(batch, rate);
            if (onExercises) exerciseLoss = Smooth(exerciseLoss, loss);
            else textLoss = Smooth(textLoss, loss);
            tokens += (long)batch.Count * batch.Max(s => s.Ids.Length);
            progress?.Report(new PretrainingProgress(step, tokens, share, textLoss, exerciseLoss, tokens / clock.Elapsed.TotalSeconds));
            if (clock.Elapsed - saved < options.CheckpointEvery) continue;
            saved = clock.Elapsed;
            save();
        }
        return (step, tokens);
    }

    private static double Smooth(double mean, double value) => double.IsNaN(mean) ? value : .98 * mean + .02 * value;

    private static (double PerToken, double BitsPerByte) HeldOutText(Func<IReadOnlyList<TokenSequence>, double> judge,
        PretrainingCorpus corpus, Tokenizer tokenizer, ChatIds ids, PretrainingOptions options)
    {
        var stream = TextBlocks.Of(corpus.HeldOut, tokenizer, ids.Padding, default);
        var blocks = stream.Next(Math.Clamp(stream.Length / options.BlockLength, 1, HeldOutBlocks), options.BlockLength);
        var loss = judge(blocks);
        var bytes = blocks.Sum(b => (double)System.Text.Encoding.UTF8.GetByteCount(tokenizer.Decode(b.Ids.Skip(1), skipSpecial: true)));
        return (loss, loss * blocks.Sum(b => b.Counted) / Math.Log(2) / bytes);
    }

    private static ExerciseBatches Batches(PretrainingCorpus corpus, IReadOnlyList<(string? Kind, string Text)> passages, string part,
        PretrainingOptions options, Tokenizer tokenizer)
    {
        var seed = $"exercises/{part}/{options.Seed}";
        return new ExerciseBatches(new ExerciseGenerator(corpus.Words, passages, seed), e => Encode(e, tokenizer), options.ExercisesPerStep,
            options.ContextLength, seed + "/order");
    }

    // The answer and the end of the turn behind it count: nothing else teaches the model to stop.
    internal static TokenSequence Encode(Exercise exercise, Tokenizer tokenizer)
    {
        var (task, end) = (exercise.Task, Chat.EndOfTurn);
        var system = task.Answers is { } answers && task.ListAnswers
            ? $"{task.Instruction}\n\nAnswer with one of: {string.Join("; ", answers)}" : task.Instruction;
        var prompt =
            $"{Chat.StartOfTurn}system\n{system}{end}\n{Chat.StartOfTurn}user\n{exercise.Text}{end}\n{Chat.StartOfTurn}assistant\n";
        return TokenSequence.Answer(tokenizer.Encode(prompt), tokenizer.Encode(exercise.Answer + end), new HashSet<int>());
    }

    private static ModelConfig Shape(PretrainingOptions o, Tokenizer tokenizer, ChatIds ids) =>
        new("llama", o.HiddenSize, o.IntermediateSize, o.Layers, o.Heads, Math.Max(1, o.Heads / 2), o.HiddenSize / o.Heads,
            tokenizer.VocabularySize, o.ContextLength, RmsNormEps: 1e-5, RopeTheta: 10000, Scaling: null, AttentionBias: false,
            TieWordEmbeddings: true, ids.Start, [ids.End, ids.Padding], ids.Padding);

    private readonly struct ChatIds(Tokenizer tokenizer)
    {
        public int Start { get; } = tokenizer.TokenId(Chat.StartOfTurn)!.Value;
        public int End { get; } = tokenizer.TokenId(Chat.EndOfTurn)!.Value;
        public int Padding { get; } = tokenizer.TokenId(Chat.Padding)!.Value;
    }
}
