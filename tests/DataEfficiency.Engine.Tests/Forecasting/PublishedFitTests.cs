using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class PublishedFitTests
{
    private static readonly PublishedFit llama = PublishedFit.Find("Llama-3.1-8B-Instruct")!;

    [Theory]
    [InlineData("meta-llama/Llama-3.1-8B-Instruct", .545, .310)]
    [InlineData("meta-llama/Meta-Llama-3.1-8B-Instruct", .545, .310)]
    [InlineData("mistral-7b-instruct-v0.3", .797, .357)]
    [InlineData("/models/Qwen2.5-14B-Instruct", .526, .305)]
    public void Find_ModelOfThePaper_GivesItsFit(string name, double c, double intercept)
    {
        var fit = PublishedFit.Find(name)!.Fit;
        Assert.Equal((AreaSource.Published, AreaSignal.CosLow), (fit.Source, fit.Kind));
        Assert.Equal(new AreaPoint(32, c, intercept, .078), Assert.Single(fit.Points));
    }

    [Theory]
    [InlineData("SmolLM2-135M-Instruct")]
    [InlineData("Llama-3.1-8B")]
    [InlineData("Llama-3.1-8B-Instruct-finetuned")]
    [InlineData("")]
    public void Find_AnotherModel_GivesNone(string name) => Assert.Null(PublishedFit.Find(name));

    [Fact]
    public void Tasks_OfLlama_AreThePapersThirtyPairs()
    {
        Assert.Equal(PublishedFit.TaskCount, llama.Tasks.Select(t => t.Name).Distinct().Count());
        Assert.Equal(("boolq", .027, .1651), (llama.Tasks[0].Name, llama.Tasks[0].CosLow, llama.Tasks[0].Auc));
        var own = CalibrationFit.Of([.. llama.Tasks.Select(t => (t.CosLow, t.Auc))]);
        Assert.Equal((.627, .292, .078, .706), (Math.Round(own.Coefficient, 3), Math.Round(own.Intercept, 3),
            Math.Round(own.LeaveOneOutError, 3), Math.Round(own.Correlation, 3)));
    }

    [Theory]
    [InlineData(1L, 64, true)]
    [InlineData(2L, 64, false)]
    [InlineData(1L, 8, false)]
    [InlineData(null, 64, false)]
    public void SpeaksOf_OtherMatrices_IsNo(long? seed, int rank, bool expected) =>
        Assert.Equal(expected, PublishedFit.SpeaksOf(seed, rank));

    [Fact]
    public void Forecast_WithAPublishedFit_IsThePapersRoute_AndSaysWhose()
    {
        var estimate = ForecasterTests.RunWith(32, Yardstick.Of(null, llama));
        var s = estimate.CosLow.Median!.Value;
        Close.To(.545 * s + .310, estimate.Auc);
        Close.To(Math.Sqrt(.078 * .078 + Math.Pow(.545 * estimate.CosLow.StandardError!.Value, 2)), estimate.AucScale);
        Close.To(PaperFormula.LabelsNeeded(.545 * s + .310, .9), estimate.LabelsNeededPaper);
        Assert.Equal((AreaSource.Published, false, true), (estimate.AreaSource!.Value, estimate.Calibrated, estimate.HasFit));
        Assert.Equal(("A", Advice.KeepLabeling), (estimate.Stop.Rule, estimate.Stop.Advice));
        Assert.Equal((llama.Tasks.Count(t => t.CosLow > s), 30), (estimate.HarderThan, estimate.ReferenceTasks));
        Assert.InRange(estimate.HarderThan!.Value, 1, 29);
    }

    [Fact]
    public void Forecast_MistralAndQwen_HaveAnAreaButNoRank()
    {
        foreach (var name in new[] { "Mistral-7B-Instruct-v0.3", "Qwen2.5-14B-Instruct" })
        {
            var estimate = ForecasterTests.RunWith(32, Yardstick.Of(null, PublishedFit.Find(name)));
            Assert.NotNull(estimate.Auc);
            Assert.Equal((null, null), (estimate.HarderThan, estimate.ReferenceTasks));
        }
    }

    [Fact]
    public void Yardstick_OwnCalibration_WinsOverThePublishedFit()
    {
        var own = ForecasterTests.Calibration();
        var estimate = ForecasterTests.RunWith(32, Yardstick.Of(own, llama));
        Assert.Equal((AreaSource.Calibration, true), (estimate.AreaSource!.Value, estimate.Calibrated));
        Close.To(.5 * estimate.CosLow.Median!.Value + .3, estimate.Auc);
        Assert.Equal(10, estimate.ReferenceTasks);
        // signals only: its own rank, the published area
        var signals = own with { Coefficient = null, Tasks = [.. own.Tasks.Select(t => t with { Auc = null })] };
        estimate = ForecasterTests.RunWith(32, Yardstick.Of(signals, llama));
        Assert.Equal((AreaSource.Published, false), (estimate.AreaSource!.Value, estimate.Calibrated));
        Close.To(.545 * estimate.CosLow.Median!.Value + .310, estimate.Auc);
        Assert.Equal((7, 10), (estimate.HarderThan, estimate.ReferenceTasks));
    }
}
