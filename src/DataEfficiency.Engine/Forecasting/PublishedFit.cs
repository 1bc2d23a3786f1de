// The fits of the paper's authors (arXiv 2512.24991): full fine-tuning of three models on up to 5,000 labels, 30 tasks each. They hold for
// no other model and no other recipe, and count where a model has no calibration of its own.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>A task of the paper: CoS-Low read off its figure (+-.005), area of the published scores.</summary>
public sealed record PublishedTask(string Name, double CosLow, double Auc);

/// <summary>c and I as published for one model.</summary>
/// <param name="Model">Its name on the hub, without the owner.</param>
/// <param name="Tasks">The model's pairs where the paper shows them; else none.</param>
public sealed record PublishedFit(string Model, double Coefficient, double Intercept, IReadOnlyList<PublishedTask> Tasks)
{
    /// <summary>E of decision section 6 for these coefficients.</summary>
    public const double AucScale = .078;

    /// <summary>Tasks and labels behind each fit.</summary>
    public const int TaskCount = 30, Labels = LabelAxis.MaxExamples;

    /// <summary>The paper draws the A matrices at random; a CoS-Low of these is what its fits are applied to. Alpha cancels in a
    /// cosine.</summary>
    private const long AdapterSeed = 1;
    private const int AdapterRank = 64;

    public static IReadOnlyList<PublishedFit> All { get; } =
    [
        new("Llama-3.1-8B-Instruct", .545, .310, [.. Llama()]),
        new("Mistral-7B-Instruct-v0.3", .797, .357, []),
        new("Qwen2.5-14B-Instruct", .526, .305, []),
    ];

    public AreaFit Fit { get; } =
        new(AreaSource.Published, AreaSignal.CosLow, [new(CosLow.Size, Coefficient, Intercept, AucScale)], null, null);

    /// <summary>Whether a CoS-Low under these A matrices is the quantity that the fits speak of.</summary>
    /// <param name="seed">Null: the matrices come from a file.</param>
    public static bool SpeaksOf(long? seed, int rank) => seed == AdapterSeed && rank == AdapterRank;

    /// <summary>The fit of a model by its folder or hub name (case and owner do not matter), or null.</summary>
    public static PublishedFit? Find(string model)
    {
        var name = model[(model.LastIndexOfAny(['/', '\\']) + 1)..];
        // the hub's name of Llama 3.1 in its first months
        if (name.StartsWith("Meta-Llama-", StringComparison.OrdinalIgnoreCase)) name = name["Meta-".Length..];
        return All.FirstOrDefault(f => string.Equals(f.Model, name, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<PublishedTask> Llama() => """
        boolq .027 .1651, anli .123 .1839, wic .098 .1865, sst2 .083 .2350, formal_fallacies .061 .2447, tracking_shuffled .066 .2561,
        mrpc .076 .2906, colored_objects .019 .3315, web_of_lies .116 .3376, medmcqa .138 .3434, qqp .090 .3812, mmlu .118 .3818,
        sports .157 .3851, boolean_expr .137 .3858, mnist_ascii .086 .3973, mnli .274 .4173, banking77 .060 .4338, fig_qa .310 .4460,
        toxicchat .410 .4893, quail .114 .4924, high .285 .4999, commonsense_qa .119 .5036, overruling .356 .5156, rte .276 .5181,
        object_counting .377 .5229, hyperbaton .447 .6040, qnli .490 .6605, ade_corpus .684 .6639, circa .581 .6713, temporal_seq .109 .7703
        """.Split(',', StringSplitOptions.TrimEntries).Select(line => line.Split(' '))
        .Select(f => new PublishedTask(f[0], Number(f[1]), Number(f[2])));

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
