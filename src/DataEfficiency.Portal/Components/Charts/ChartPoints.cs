namespace DataEfficiency.Portal.Components.Charts;

// Plain numbers: a chart knows no project. Heights are shares of 1 on whatever the y axis says it shows.

/// <summary>Median and 80 % band at a number of labels.</summary>
public readonly record struct BandMark(double Labels, double Low, double Median, double High);

/// <param name="Error">Half the length of the error bar.</param>
/// <param name="IsHollow">Measured on a part of what was labelled, not on a test set.</param>
public readonly record struct MeasuredMark(double Labels, double Value, double Error, bool IsHollow = false);

/// <summary>The need on the label axis: an interval with its median.</summary>
public readonly record struct NeedMark(double Low, double Median, double High);
