using System.Diagnostics;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Benchmarks;

/// <summary>What a new label costs the arithmetic of a forecast: the posterior alone, with its curve, and the whole forecast with what
/// other methods say. Beside it a million exponentials, because machines differ and are busy.</summary>
internal static class PosteriorTimes
{
    private const int Warmup = 200, Repeats = 301;

    public static void Run()
    {
        var calibration = CalibrationFile.LoadBeside(Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled));
        var yardstick = Yardstick.Of(calibration);
        Check[] checks = [new(16, .1, .08), new(37, .2, .08), new(75, .35, .07), new(150, .5, .06)];
        var random = new Random(1);
        double[] Row() => [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble())];
        double[][] rows = [.. Enumerable.Range(0, CosLow.Size).Select(_ => Row())];
        double[][] cosines = [.. rows.Select(a => rows.Select(b => Cosine(a, b)).ToArray())];
        Example[] examples = [.. Enumerable.Range(0, CosLow.Size).Select(i => new Example($"{i}", $"{i % 3}"))];
        string[] answers = [.. examples.Select(e => e.Answer)];
        MeasuredPoint[] measured = [.. checks.Select(c => new MeasuredPoint(c.Examples, .2 + .8 * c.Y, 40))];

        var unit = Median(i =>
        {
            var sum = 0.0;
            for (var k = 0; k < 1_000_000; k++) sum += Math.Exp(-k * 1e-6 - i);
            return sum;
        });
        Console.WriteLine($"a million exponentials: {unit.ToString("0.00", CultureInfo.InvariantCulture)} ms; library of "
            + $"{yardstick.Library?.Count ?? 0} curves, {checks.Length} checks; medians of {Repeats}");
        Print("weights, chance and median need, grid alone, no check", i => new PosteriorWeights(.9, Area(i), []).Quantile(.5) ?? 0);
        Print("the same with library and checks",
            i => new PosteriorWeights(.9, Area(i), checks, library: yardstick.Library).Quantile(.5) ?? 0);
        Print("posterior with its curve, grid alone, no check", i => PosteriorForecast.Of(.9, Area(i)).Posterior.AucHat);
        Print("the same with library and checks",
            i => PosteriorForecast.Of(.9, Area(i), checks, library: yardstick.Library).Posterior.AucHat);
        Print("the other methods", i => OtherNeeds.Of(.9, yardstick, CosLowStatistics.Of(cosines, answers).Median, cosines.Length,
            .5 + i * 1e-4, checks).Count);
        Print("the whole forecast of 32 labels, with CoS-Low's bootstrap", _ => Forecaster.Forecast(
            new(null, examples, new(.9, .2, 1), 5000, measured), cosines, [.. examples.Select(_ => (double?)1)], [], answers, yardstick)
            .Posterior.AucHat);

        void Print(string what, Func<int, double> act)
        {
            var ms = Median(act);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-62} {ms,7:0.00} ms, {ms / unit,6:0.00} of the unit"));
        }
    }

    // another one each time, as labels move it
    private static AucPrediction Area(int i) => new(.4 + i * 1e-4, .078);

    private static double Median(Func<int, double> act)
    {
        for (var i = 0; i < Warmup; i++) act(i);
        var times = new double[Repeats];
        for (var i = 0; i < Repeats; i++)
        {
            var began = Stopwatch.GetTimestamp();
            act(i);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        Array.Sort(times);
        return times[Repeats / 2];
    }

    private static double Cosine(double[] a, double[] b)
    {
        double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}
