// All that a check's numbers follow from, settled before it begins.
using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.FineTuning.Checks;

internal sealed class CheckPlan
{
    private const int Version = 1;
    private static readonly HashSet<int> NoneMasked = [];
    private readonly IPrompts _prompts;
    private readonly ModelConfig _config;

    /// <param name="calibration">Gives the learning rate where it was made by the same recipe.</param>
    /// <exception cref="CheckRefusedException">These labels allow no check.</exception>
    public CheckPlan(CheckRequest request, IPrompts prompts, ModelConfig config, ModelInfo model, Calibration? calibration)
    {
        (Request, _prompts, _config, Model) = (request, prompts, config, model);
        Trained = RecipeTable.TrainedFor(request.Training, model.Parameters);
        Rates = (request.Rate ?? RecipeTable.RateOf(calibration, Trained)) is { } rate ? [rate]
            : RecipeTable.Rates(Trained, model.Parameters);
        if (Rates.Any(r => !(r > 0 && double.IsFinite(r)))) throw new ArgumentException($"The learning rate {Rates[0]} is not above 0.");
        Folds = CheckFold.Of(request);
        int[][] labels = [.. (request.Task.Answers ?? []).Select(prompts.Answer)];
        Labels = labels.Length > 0 && labels.All(t => t.Any(id => !prompts.Masked.Contains(id))) ? labels : null;
        Scored = [.. Folds.SelectMany(f => f.Held)];
        if (Folds.Any(f => Sequences(f.Train).Count == 0 || Sequences(f.Validation).Count == 0))
            throw new CheckRefusedException(CheckRefusal.TooLong,
                $"No label to train on fits the {config.ContextLength:N0} tokens that {model.Name} takes with its instruction and answer.");
    }

    public CheckRequest Request { get; }

    public ModelInfo Model { get; }

    public Trained Trained { get; }

    /// <summary>To choose from; one where it is known.</summary>
    public IReadOnlyList<double> Rates { get; }

    public IReadOnlyList<CheckFold> Folds { get; }

    /// <summary>The held-out examples of all folds, in the order of their answers.</summary>
    public IReadOnlyList<CheckExample> Scored { get; }

    /// <summary>Fewer than the table's in tests of how a check goes, which need no good model.</summary>
    internal int MaxSteps { get; init; } = RecipeTable.MaxSteps;

    public Recipe Recipe(double rate) => RecipeTable.Of(Trained, rate, Request.Seed) with { MaxSteps = MaxSteps };

    /// <summary>Training runs of at most <see cref="MaxSteps"/> steps, the one of the kept model among them.</summary>
    public int Runs => Folds.Count + Rates.Count;

    /// <summary>Tokens of the answer set, to be ranked; null for free answers, and where a label has no token that counts.</summary>
    public IReadOnlyList<int[]>? Labels { get; }

    /// <summary>Prompts with answers and their end, those that fit the model. Every token of an answer counts, as in
    /// calibrations.</summary>
    public IReadOnlyList<TokenSequence> Sequences(IEnumerable<CheckExample> examples) =>
        [.. examples.Select(e => TokenSequence.Answer(_prompts.Prompt(Request.Task, e.Example.Text), _prompts.Answer(e.Example.Answer),
            NoneMasked, _prompts.End)).Where(s => s.Counted > 0 && s.Ids.Length <= _config.ContextLength
                && _config.UnknownId(s.Ids) is null)];

    /// <summary>Two checks of one identity do the same. Folder and model card are no part of it.</summary>
    public string Identity() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new
    {
        Version, Model.Sha256, Model.Precision, Request.Task, Request.Kind, Request.Labels, Request.Test, Request.Validation, Request.Size,
        Request.Seed, Rates, recipe = Recipe(Rates[0]),
        prompt = _prompts.Prompt(Request.Task, Request.Labels[0].Example.Text), _prompts.End,
    })));

    /// <summary>SHA-256 of the labels and the test set: which data the kept model was made of.</summary>
    public string Data() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new { Request.Labels, Request.Test })));
}
