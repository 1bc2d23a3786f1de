// Signals of a project's labels, as the door takes and gives them: what they were judged by and what each is worth on this model.
using System.Text.Json.Serialization;

namespace DataEfficiency.Engine;

/// <summary>The signals that an area is predicted from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AreaSignal>))]
public enum AreaSignal
{
    CosLow,

    /// <summary>The probe of the least confident labels alone.</summary>
    ProbeOfLow,

    /// <summary>The probe of all labels, judged by the random ones.</summary>
    Probe,
}

/// <summary>How an example came to be labelled.</summary>
public enum LabelOrigin
{
    /// <summary>One of the first 32.</summary>
    LeastConfident,

    /// <summary>Chosen behind them, because the model was unsure.</summary>
    Active,

    /// <summary>From the random order: only such stand for the pool.</summary>
    Random,
}

/// <param name="Example">With its final answer.</param>
/// <param name="ModelAnswer">The untrained model's own greedy answer; null: not known.</param>
public sealed record LabelledExample(Example Example, LabelOrigin Origin, string? ModelAnswer = null);

/// <summary>Why there is no score.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProbeGap>))]
public enum ProbeGap
{
    /// <summary>Under 16 labels to be judged by.</summary>
    FewLabels,

    /// <summary>All labels have one answer.</summary>
    OneAnswer,

    /// <summary>Free answers, more than a quarter of the labels different.</summary>
    ManyAnswers,

    /// <summary>Hidden states are still being read.</summary>
    Waiting,
}

/// <param name="Examples">Labelled examples that it was trained on.</param>
/// <param name="Counted">Those of them that it was judged by.</param>
/// <param name="Accuracy">Share of the counted ones whose answer the others give.</param>
/// <param name="AboveChance">z = (accuracy - 1/K) / (1 - 1/K), K answers.</param>
/// <param name="ZeroShot">Share of the counted ones that the untrained model answers rightly; null where that is not known of
/// enough.</param>
public sealed record ProbeScore(int Examples, int Counted, double Accuracy, double AboveChance, double? ZeroShot = null)
{
    // A model that is nearly at the ceiling already leaves no way to measure by.
    private const double SmallestWay = .1;

    // So many standard errors above chance are all the evidence that counts, as much as this share of the way.
    private const double MostErrors = 4, EvidenceWeight = .25;

    /// <summary>The probe on the score's own scale: how far its accuracy is on the way from the untrained model's to the ceiling, and how
    /// sure it is that there is something to learn. What an area is measured on begins at the untrained model, so a task whose answers the
    /// model gives by chance already has less to gain than one whose answers it does not know. The same way is more where it is further
    /// from chance: a tenth right of forty answers is a beginning, half right of two is none.</summary>
    /// <param name="ceiling">The best score that can be had.</param>
    /// <returns>From -1 to 1.25; null without <see cref="ZeroShot"/>.</returns>
    public double? OnTheWay(double ceiling) => ZeroShot is { } zero
        ? Math.Clamp((Accuracy - zero) / Math.Max(ceiling - zero, SmallestWay), -1, 1) + EvidenceWeight * Evidence : null;

    /// <summary>Standard errors that the accuracy lies above chance, as a share of the most that count: 0 to 1.</summary>
    private double Evidence
    {
        get
        {
            if (AboveChance is <= 0 or >= 1) return AboveChance <= 0 ? 0 : 1;
            var chance = (Accuracy - AboveChance) / (1 - AboveChance);
            return Math.Min(1, AboveChance * Math.Sqrt(Counted * (1 - chance) / chance) / MostErrors);
        }
    }
}

/// <param name="Signal">What it was judged by: the least confident labels alone, or the random ones among all.</param>
/// <param name="Counted">Labels that it was judged by.</param>
/// <param name="Waiting">Labels whose hidden state is not read yet: the next forecast has more of them.</param>
public sealed record ProbeReading(AreaSignal Signal, int Counted, ProbeScore? Score, ProbeGap? Gap, int Waiting = 0);

/// <summary>Mean |predicted - measured area| of each way to predict it, each task predicted by the others.</summary>
/// <param name="Chosen">The way with the smallest error; null: the mean of the reference tasks.</param>
/// <param name="Error">Of the choice itself: for each task it is made without it.</param>
/// <param name="Probe">Null where the calibration has no probe of this number.</param>
/// <param name="CosLow">Null where the project has no CoS-Low to choose.</param>
/// <param name="Tasks">Tasks that the errors are over.</param>
public sealed record SignalErrors(AreaSignal? Chosen, double Error, double? Probe, double? CosLow, double Mean, int Tasks);

/// <param name="Probe">Null where no labelled example was given.</param>
/// <param name="Errors">What each way to predict the area is worth on this model; null without a calibration that has a probe, or without a
/// score.</param>
/// <param name="ProbeAuc">The area that the probe alone predicts.</param>
/// <param name="CosLowAuc">The area that CoS-Low alone predicts.</param>
/// <param name="Used">What the area comes from; null: the mean of the reference tasks, or nothing.</param>
public sealed record SignalUse(ProbeReading? Probe, SignalErrors? Errors, double? ProbeAuc, double? CosLowAuc, AreaSignal? Used);
