using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Api;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>What kind of calibration: one by a profile of the engine, or tasks that join the one there is.</summary>
[JsonConverter(typeof(OneName))]
public enum CalibrationMode { Full, Small, SignalsOnly, Join }

/// <summary>What somebody asked for: the payload of a calibration's job.</summary>
/// <param name="BuiltIn">Names of reference tasks.</param>
/// <param name="Projects">Ids of finished projects.</param>
public sealed record CalibrationAsk(string Model, CalibrationMode Mode, IReadOnlyList<string> BuiltIn, IReadOnlyList<int> Projects)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static CalibrationAsk FromJson(string json) => JsonSerializer.Deserialize<CalibrationAsk>(json)!;
}
