using DataEfficiency.Engine;
using DataEfficiency.Prompts;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What is kept of a failure on the engine thread, so that whoever reads it later has it in their language.</summary>
internal static class EngineFailure
{
    public static string Stored(Exception failure) => failure switch
    {
        SaidException mistake => mistake.Said.ToJson(),
        // the engine's own words are English (about files, settings or labels): what to do is said before them
        CheckRefusedException refused => Says(refused, refused.Reason),
        ModelException mistake => Says(mistake, mistake.Fault),
        ArgumentException or InvalidDataException => Says(failure, ModelFault.Other),
        _ => EstimatingWords.EngineFailed(failure.GetType().Name).ToJson(),
    };

    private static string Says(Exception failure, Enum fault) =>
        EstimatingWords.EngineSays(fault: $"{fault}".ToLowerInvariant(), message: failure.Message).ToJson();
}
