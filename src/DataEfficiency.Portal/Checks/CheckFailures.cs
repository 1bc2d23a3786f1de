using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Checks;

/// <summary>Why there is no check, or no point of it, in a word for programs.</summary>
public static class CheckFailures
{
    public const string SmallGap = "small-gap", OneAnswer = "one-answer", Model = "model";

    public static string Code(CheckRefusedException refused) => refused.Reason switch
    {
        CheckRefusal.OneAnswer => OneAnswer,
        CheckRefusal.TooLong => "too-long",
        _ => "too-few-labels",
    };

    public static Said GapTooSmall(double zeroShot, double ceiling) => ChecksWords.GapTooSmall(
        zeroShot: ForecastNumbers.Score(zeroShot, CultureInfo.InvariantCulture),
        ceiling: ForecastNumbers.Score(ceiling, CultureInfo.InvariantCulture));
}
