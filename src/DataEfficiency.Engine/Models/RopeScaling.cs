// How rotary frequencies are changed for contexts longer than those that a model was first trained on: linear, Llama 3's way, and YaRN
// (Peng et al., arXiv 2309.00071), as config.json spells them.
using System.Text.Json.Nodes;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models;

/// <param name="Factor">How many times as long the contexts are.</param>
public abstract record RopeScaling(double Factor)
{
    /// <summary>cos and sin are multiplied by it.</summary>
    public virtual double AttentionFactor => 1;

    /// <summary>The frequency in the place of the plain one, theta^(-2 index / headDim).</summary>
    internal abstract float Scaled(float frequency, int index, double theta, int headDim);

    internal abstract JsonObject ToJson();

    /// <summary>Theta and the scaling of a config.json; null: frequencies as they are.</summary>
    /// <exception cref="ModelException">A type that is not supported, or one that lacks a number.</exception>
    internal static (double Theta, RopeScaling? Scaling) Read(JsonObject json, int context, string path)
    {
        var (newer, older) = (json["rope_parameters"], json["rope_scaling"]);
        if (newer is not null && older is not null && !JsonNode.DeepEquals(newer, older))
            throw new ModelException($"{path}: rope_parameters and rope_scaling differ: keep the one that the model was trained with.");
        var rope = (newer ?? older)?.AsObject() ?? [];
        var theta = (double?)(rope["rope_theta"] ?? json["rope_theta"]) ?? 10000;
        if (!(theta > 0 && double.IsFinite(theta))) throw new ModelException($"{path}: rope_theta is {theta}, expected a positive number.");
        var type = (string?)(rope["rope_type"] ?? rope["type"]) ?? "default";
        double Real(string key) => Given(key) ?? throw new ModelException($"{path}: rope scaling {type} lacks {key}.");
        double? Given(string key) => (double?)rope[key] is not { } value ? null : value > 0 ? value
            : throw new ModelException($"{path}: {key} of rope scaling {type} is {value}, expected a positive number.");
        RopeScaling? scaling = type switch
        {
            "default" => null,
            "linear" => new LinearScaling(Real("factor")),
            "llama3" => new Llama3Scaling(Real("factor"), Real("low_freq_factor"), Real("high_freq_factor"),
                (int)Real("original_max_position_embeddings")),
            "yarn" => YarnScaling.Read(rope, Given("factor"), (int?)Given("original_max_position_embeddings") ?? context, context),
            _ => throw new ModelException($"{path}: rope type \"{type}\" is not supported, expected default, linear, llama3 or yarn."),
        };
        // one for each kind of layer, for each axis of a picture, or for a part of the head
        foreach (var (key, value) in rope)
            if (value is JsonObject or JsonArray || key == "partial_rotary_factor" && (double?)value is not (null or 1))
                throw new ModelException(ModelFault.Unsupported, $"{path}: {key} of the rotary positions is not supported.");
        return (theta, scaling);
    }
}

/// <summary>Every frequency is divided by Factor.</summary>
internal sealed record LinearScaling(double Factor) : RopeScaling(Factor)
{
    internal override float Scaled(float frequency, int index, double theta, int headDim) => frequency / (float)Factor;

    internal override JsonObject ToJson() => new() { ["rope_type"] = "linear", ["factor"] = Factor };
}

/// <summary>Slow frequencies are divided by Factor, fast ones kept, those between blended by wavelength.</summary>
internal sealed record Llama3Scaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext)
    : RopeScaling(Factor)
{
    internal override float Scaled(float frequency, int index, double theta, int headDim)
    {
        float wavelength = 2 * MathF.PI / frequency, original = OriginalContext, factor = (float)Factor;
        if (wavelength > original / LowFrequencyFactor) return frequency / factor;
        if (wavelength < original / HighFrequencyFactor) return frequency;
        var smooth = (original / wavelength - (float)LowFrequencyFactor) / (float)(HighFrequencyFactor - LowFrequencyFactor);
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }

    internal override JsonObject ToJson() => new()
    {
        ["rope_type"] = "llama3", ["factor"] = Factor, ["low_freq_factor"] = LowFrequencyFactor,
            ["high_freq_factor"] = HighFrequencyFactor, ["original_max_position_embeddings"] = OriginalContext,
    };
}

/// <summary>As Llama 3's way, but blended by index, between the two whose waves turn BetaFast and BetaSlow times in the original context;
/// and scores are sharpened.</summary>
/// <param name="Truncate">The two indices are rounded outwards.</param>
internal sealed record YarnScaling(double Factor, double Attention, double BetaFast, double BetaSlow, int OriginalContext, bool Truncate)
    : RopeScaling(Factor)
{
    public override double AttentionFactor => Attention;

    // Versions of the reference differ where a file gives a factor that is not the ratio of its contexts: the current one takes the factor,
    // as the paper's authors do.
    internal static YarnScaling Read(JsonObject rope, double? given, int original, int context)
    {
        var factor = given ?? (double)context / original;
        double Sharpened(double by) => factor <= 1 ? 1 : .1 * by * Math.Log(factor) + 1;
        double Or(string key, double otherwise) => (double?)rope[key] is { } value && value != 0 ? value : otherwise;
        var (scale, scaleOfAll) = (Or("mscale", 0), Or("mscale_all_dim", 0));
        var attention = (double?)rope["attention_factor"]
            ?? (scale != 0 && scaleOfAll != 0 ? Sharpened(scale) / Sharpened(scaleOfAll) : Sharpened(1));
        return new YarnScaling(factor, attention, Or("beta_fast", 32), Or("beta_slow", 1), original, (bool?)rope["truncate"] ?? true);
    }

    internal override float Scaled(float frequency, int index, double theta, int headDim)
    {
        double IndexOf(double turns) => headDim * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        double low = IndexOf(BetaFast), high = IndexOf(BetaSlow);
        if (Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, headDim - 1));
        if (low == high) high += .001; // as the reference has it
        var slow = (float)Math.Clamp((index - low) / (high - low), 0, 1);
        return frequency / (float)Factor * slow + frequency * (1 - slow);
    }

    internal override JsonObject ToJson() => new()
    {
        ["rope_type"] = "yarn", ["factor"] = Factor, ["attention_factor"] = Attention, ["beta_fast"] = BetaFast, ["beta_slow"] = BetaSlow,
        ["original_max_position_embeddings"] = OriginalContext, ["truncate"] = Truncate,
    };
}
