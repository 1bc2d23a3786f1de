// What other methods say of a label need, in the words of the command line.
using DataEfficiency.Engine;

namespace DataEfficiency.Cli;

internal static class MethodOutput
{
    public static string Name(OtherMethod method) => method switch
    {
        OtherMethod.MeanOfTasks => "mean of the tasks",
        OtherMethod.CosLow => "CoS-Low alone",
        OtherMethod.Probe => "probe alone",
        OtherMethod.LastValue => "last value",
        OtherMethod.PowerLaw => "power law",
        OtherMethod.Exponential => "exponential",
        OtherMethod.LogLinear => "log-linear",
        OtherMethod.Curve => "A*logistic without a first signal",
        _ => throw new InvalidOperationException($"There are no words for {method}."),
    };

    public static string Need(MethodNeed said) => said switch
    {
        { Need: { } need, PReach: { } reach } => $"{need:N0} labels if it is reached ({reach:P0})",
        { Need: { } need } => $"{need:N0} labels",
        { Gap: MethodGap.NoFit } => "no number: no fit of this model",
        { Gap: MethodGap.NoSignal } => "no number: no such signal",
        { Gap: MethodGap.NothingMeasured } => "no number: nothing measured",
        _ => "not reached with 5,000 labels",
    };
}
