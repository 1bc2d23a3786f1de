
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Pretraining;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts.Tokenization;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Pretraining;

public sealed class PretrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pretrain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly PretrainingOptions Tiny = new()
    {
        VocabularySize = 320, HiddenSize = 32, IntermediateSize = 48, Layers = 1, Heads = 2, ContextLength = 256, BlockLength = 32,
            TokensPerStep = 128, ExercisesPerStep = 4, Tokens = 16_000, WarmUpSteps = 5,
    };

    private List<TextSource> Sources()
    {
        var path = Path.Combine(_folder, "text.txt");
        var words = Enumerable.Range(0, 400).Select(i => $"{(char)('a' + i % 23)}{(char)('b' + i / 23)}{(char)('a' + i % 7)}").ToList();
        var random = new TaskRandom("text");
        File.WriteAllText(
            path, string.Concat(
            Enumerable.Range(0, 3000).Select(_ => $"The {string.Join(' ', Enumerable.Range(0, 12).Select(_ => random.Pick(words)))}. ")));
        return [new TextSource("noise", path)];
    }

    [Fact]
    public void Run_AFewSteps_WritesAFolderThatLoadsAndHasLearnt()
    {
        var folder = Path.Combine(_folder, "model");
        var result = Pretrainer.Run(Sources(), folder, Tiny);
        using var decoder = Decoder.Load(folder);
        var prompts = PromptBuilder.Load(folder);
        Assert.Equal(result.Parameters, decoder.Parameters.Count);
        Assert.Equal(320, decoder.Config.VocabularySize);
        Assert.True(result.Tokens >= 16_000);
        Assert.True(result.HeldOutTextLoss < Math.Log(320) - .3, $"{result.HeldOutTextLoss}");
        Assert.True(double.IsFinite(result.HeldOutBitsPerByte) && double.IsFinite(result.HeldOutExerciseLoss));
        Assert.Contains(prompts.Tokenizer.TokenId("<|im_end|>")!.Value, prompts.Eos);
    }

    [Fact]
    public void Run_SameSeedAndTokens_SameWeights()
    {
        var sources = Sources();
        var options = Tiny with { Tokens = 3000 };
        string Weights(string name, PretrainingOptions o)
        {
            Pretrainer.Run(sources, Path.Combine(_folder, name), o);
            return WeightFiles.Sha256(Path.Combine(_folder, name));
        }
        var first = Weights("one", options);
        Assert.Equal(first, Weights("two", options));
        Assert.NotEqual(first, Weights("three", options with { Seed = 2 }));
    }

    [Fact]
    public void Run_TooLittleText_SaysSo()
    {
        var path = Path.Combine(_folder, "little.txt");
        File.WriteAllText(path, new string('a', 300));
        Assert.Contains(
            "too little", Assert.Throws<InvalidDataException>(() => Pretrainer.Run([new TextSource(null, path)], _folder, Tiny)).Message);
    }

    [Fact]
    public void Run_NoBudget_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Pretrainer.Run([], _folder, Tiny with { Tokens = null }));

    [Fact]
    public void Prompt_OfAnExercise_IsThePromptBuildersOwn()
    {
        var folder = Path.Combine(_folder, "model");
        Pretrainer.Run(Sources(), folder, Tiny with { Tokens = 500 });
        var prompts = PromptBuilder.Load(folder);
        var exercise = new Exercise(new TaskPrompt("Pick one.", ["left", "right"]), "turn left", "left");
        var expected = prompts.Prompt(exercise.Task, exercise.Text);
        var found = Pretrainer.Encode(exercise, prompts.Tokenizer);
        Assert.Equal(expected, found.Ids.Take(expected.Length));
        Assert.Equal([.. prompts.Answer("left"), prompts.Tokenizer.TokenId("<|im_end|>")!.Value], found.Ids.Skip(expected.Length));
    }
}
