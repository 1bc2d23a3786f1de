using DataEfficiency.Prompts;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What is kept of a failure on the engine thread, so that whoever reads it later has it in their language.</summary>
internal static class EngineFailure
{
    public static string Stored(Exception failure) => failure switch
    {
        SaidException mistake => mistake.Said.ToJson(),
        // the engine's own words, which are English: about files, settings or labels
        ModelException or ArgumentException or InvalidDataException => failure.Message,
        _ => EstimatingWords.EngineFailed(failure.GetType().Name).ToJson(),
    };
}
