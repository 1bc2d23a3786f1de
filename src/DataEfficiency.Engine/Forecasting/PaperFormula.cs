// The paper's own step from an area to a number of labels (arXiv 2512.24991; method section 7). A usable safe count at targets of .9 and
// above, a bad point estimate: never show it alone, and always labelled as the paper's formula (decision section 0).
namespace DataEfficiency.Engine.Forecasting;

public static class PaperFormula
{
    public const double LowestAuc = .05, HighestAuc = .90;

    /// <summary>AUC' = c CoS-Low + I, clipped to [.05, .90].</summary>
    public static double Auc(double cosLow, double coefficient, double intercept) => Clip(coefficient * cosLow + intercept);

    public static double Clip(double auc) => Math.Clamp(auc, LowestAuc, HighestAuc);

    /// <summary>p of the curve y = x^p whose area is the AUC: (1 - AUC) / AUC.</summary>
    public static double Exponent(double auc) => (1 - auc) / auc;

    /// <summary>n = 5000^(t^(AUC / (1 - AUC))): where x^p reaches the share t of the way.</summary>
    public static double LabelsNeeded(double auc, double share) => Math.Pow(LabelAxis.MaxExamples, Math.Pow(share, auc / (1 - auc)));
}
