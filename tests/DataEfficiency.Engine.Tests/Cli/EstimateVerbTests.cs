using System.Text.Json;
using DataEfficiency.Cli;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Tests.Forecasting;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class EstimateVerbTests : IDisposable
{
    private readonly TinyModel _model = new();

    private string[] Arguments(int labels)
    {
        var file = Path.Combine(_model.Folder, "labelled.json");
        File.WriteAllText(file, JsonSerializer.Serialize(Enumerable.Range(0, labels)
            .Select(i => new { text = $"the number {i} is", ground_truth = i % 2 == 0 ? "even" : "odd" })));
        return ["estimate", "--model", _model.Folder, "--labeled", file, "--instruction", "Even or odd?", "--target", ".99", "--threads",
            "1"];
    }

    [Fact]
    public void Estimate_FewLabels_SaysTheReasonInWords()
    {
        var (code, text, error) = CommandLineTests.Run(Arguments(4));
        Assert.Equal(0, code);
        Assert.Contains("Stop rule none: 4 of 32 first labels", text);
        Assert.Contains("A target of 0.99 of the way is taken as 0.95", text);
        Assert.Contains("Not calibrated", error);
        var json = CommandLineTests.Json(Arguments(4));
        Assert.Equal(("fewFirstLabels", 4), (json.GetProperty("stop").GetProperty("reason").GetProperty("kind").GetString(),
            json.GetProperty("stop").GetProperty("reason").GetProperty("given").GetInt32()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("areaSource").ValueKind);
    }

    [Fact]
    public void Estimate_OwnCalibration_SaysTheSafeStopAndWhereItsRateIsFrom()
    {
        var own = ForecasterTests.Calibration() with { WeightsSha256 = WeightFiles.Sha256(_model.Folder) };
        CalibrationFile.Save(CalibrationFile.PathIn(_model.Folder), own);
        var (code, text, error) = CommandLineTests.Run(Arguments(32));
        Assert.Equal(0, code);
        Assert.Contains("Stop rule A: safe stop without measuring (the rule asks for ", text);
        Assert.Contains("; its 10", text);
        Assert.DoesNotContain("ot calibrated", error);
        Assert.Equal("calibration", CommandLineTests.Json(Arguments(32)).GetProperty("areaSource").GetString());
    }

    public static TheoryData<StopReason, string> Reasons => new()
    {
        { new NoFit(), "not calibrated" },
        { new MetUntrained(), "zero-shot score meets" },
        { new SafeCount(3218, 2000, .1), "asks for 3,218, the cap is 2,000" },
        { new MeasuredRun(RunOutcome.TargetMet, 800, .95, .02, .84, false), "target reached: the run on 800 labels is at 0.95 of the way" },
        { new MeasuredRun(RunOutcome.BudgetUsedUp, 800, .5, .02, .1, false), "budget used up" },
        { new MeasuredRun(RunOutcome.NotYet, 2500, .1, .06, .01, true), "unlikely to be reached with 5,000 labels; the test set is small" },
    };

    [Theory, MemberData(nameof(Reasons))]
    public void Reason_OfEveryKind_HasItsWords(StopReason reason, string said)
    {
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Contains(said, StopOutput.Reason(reason));
    }

    [Fact]
    public void Remark_OfEveryKind_HasItsWords()
    {
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal("clipped from 1.234 into 0.05 to 0.9", StopOutput.Remark(new AreaClipped(1.234)));
        Assert.Contains("slope -0.2, leave-one-out error 0.131, that of the mean 0.120", StopOutput
            .Remark(new MeanInstead(-.2, .131, .12)));
    }

    public void Dispose() => _model.Dispose();
}
