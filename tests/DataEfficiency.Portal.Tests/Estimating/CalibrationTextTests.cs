using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class CalibrationTextTests
{
    private static readonly PublishedFit Llama = PublishedFit.Find("Llama-3.1-8B-Instruct")!;

    private static string Of(CalibrationState state, Calibration? calibration, PublishedFit? published) =>
        CalibrationText.Of(new("m", "/m", false, "llama", 1, 1, 1, "BF16", "f00d", state, calibration, null, null, published),
            CultureInfo.GetCultureInfo("en-US"));

    [Fact]
    public void PublishedFit_IsCalledSo_WithItsReservations()
    {
        var text = Of(CalibrationState.None, null, Llama);
        foreach (var said in new[] { "Published fit of Llama-3.1-8B-Instruct", "fine-tuned it fully", "5,000 labels", "7.8 points",
            "weights were not measured", "another recipe", "Calibrate the model" }) Assert.Contains(said, text);
        Assert.DoesNotContain("not calibrated", text);
    }

    [Fact]
    public void OwnCalibration_WinsOverThePublishedFit() => Assert.StartsWith("Calibrated on 10 reference tasks",
        Of(CalibrationState.Calibrated, FakeEstimator.Reference(), Llama));

    // a page that counts all reference tasks beside it counts more
    [Fact]
    public void TasksOfTheLearningRate_AreSaidNotToBeInTheFit()
    {
        var reference = FakeEstimator.Reference();
        string With(int rates) => Of(CalibrationState.Calibrated, reference with
        {
            Tasks = [.. reference.Tasks, .. Enumerable.Range(0, rates).Select(i => reference.Tasks[0] with
            {
                Name = $"rate {i}", UsedForLearningRate = true,
            })],
        }, null);
        Assert.DoesNotContain("not in the fit", With(0));
        Assert.Contains(" 2 more are not in the fit, because the learning rate was chosen on them.", With(2));
    }

    [Fact]
    public void CosLowThatTellsNothing_SaysWhatPredictsTheAreaInItsPlace()
    {
        var reference = FakeEstimator.Reference() with { Coefficient = -.1 };
        var probed = reference with
        {
            Tasks = [.. reference.Tasks.Select(t => t with
            {
                Signals = [new(AreaSignal.CosLow, 32, 1, t.CosLow), new(AreaSignal.Probe, 50, 1, t.Auc!.Value)],
            })],
        };

        Assert.Contains("so the mean of its reference tasks is used", Of(CalibrationState.Calibrated, reference, null));
        Assert.Contains("the probe predicts the area", Of(CalibrationState.Calibrated, probed, null));
    }

    [Theory]
    [InlineData(CalibrationState.OtherWeights, "measured on other weights")]
    [InlineData(CalibrationState.Damaged, "cannot be read")]
    public void UnusableCalibration_IsSaidBesideThePublishedFit(CalibrationState state, string said)
    {
        var text = Of(state, state == CalibrationState.OtherWeights ? FakeEstimator.Reference() : null, Llama);
        Assert.StartsWith("Published fit of", text);
        Assert.Contains(said, text);
        Assert.Contains(said, Of(state, null, null));
    }

    [Fact]
    public void DamagedCalibration_NamesFileAndCure()
    {
        var text = Of(CalibrationState.Damaged, null, null);
        Assert.Contains("calibration.json in the folder of ", text);
        Assert.Contains("Restore the file, or remove it and calibrate again.", text);
    }

    [Fact]
    public void SignalsOnly_WithAPublishedFit_SaysBoth()
    {
        var signals = FakeEstimator.Reference() is var c ? c with { Coefficient = null,
            Tasks = [.. c.Tasks.Select(t => t with { Auc = null })] } : null;
        var text = Of(CalibrationState.SignalsOnly, signals, Llama);
        Assert.StartsWith("Published fit of", text);
        Assert.Contains("CoS-Low of 10 reference tasks gives a project its rank", text);
    }

    [Fact]
    public void NoModel_OrNoFit_IsNotCalibrated()
    {
        Assert.Contains("not calibrated", CalibrationText.Of(null, CultureInfo.InvariantCulture));
        Assert.Contains("not calibrated", Of(CalibrationState.None, null, null));
    }

    [Fact]
    public void CalibrationOfRecipe1_PredictsAndIsSaidToBeOlder()
    {
        CalibrationRun[] runs = [new(0, .1, 1, 0, 1, 1)];
        var today = FakeEstimator.Reference() is var c ? c with { Recipe = c.Recipe with { Number = CalibrationRecipe.Current },
            Tasks = [.. c.Tasks.Select(t => t with { Runs = runs })] } : null!;
        var older = Of(CalibrationState.Calibrated, today with { Recipe = today.Recipe with { Number = 1 } }, null);
        Assert.Contains("off by ", older);
        Assert.Contains("calibrated with an older recipe", older);
        Assert.DoesNotContain("older recipe", Of(CalibrationState.Calibrated, today, null));
    }
}
