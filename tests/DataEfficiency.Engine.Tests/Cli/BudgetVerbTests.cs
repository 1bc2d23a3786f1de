using System.Text.Json;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Tests.Forecasting;

namespace DataEfficiency.Engine.Tests.Cli;

public class BudgetVerbTests
{
    [Fact]
    public void Budget_TwoPoints_PrintsTheVectorOfSection8()
    {
        var json = CommandLineTests
            .Json("budget", "--target", "0.9", "--auc", ".419", "--auc-scale", ".078", "--points", "200:.4:.05,800:.94:.05");
        double Number(string name) => json.GetProperty(name).GetDouble();
        Close.To(2681.167976, Number("labelsNeededPaper"));
        Close.To(.864361, Number("pReach"));
        Close.To(1052.191701, Number("median"));
        Close.To(521.836215, Number("low80"));
        Close.To(2714.255699, Number("high80"));
        Close.To(.403869, Number("aucHat"));
        Close.To(.505159, Number("pOk"));
        Close.To(.695240, json.GetProperty("pSuffices").GetProperty("2000").GetDouble());
        Assert.Equal(1200, json.GetProperty("nextCheck").GetInt32());
        var band = json.GetProperty("band");
        Assert.Equal(JsonValueKind.Null, band.GetProperty("500").ValueKind);
        Close.To(.973443, band.GetProperty("1000")[2].GetDouble());
        Close.To(.969441, band.GetProperty("5000")[1].GetDouble());
    }

    [Fact]
    public void Budget_NoPrediction_HasExactlyTheDocumentedFields()
    {
        var json = CommandLineTests.Json("budget", "--target", ".9");
        Assert.Equal(["labelsNeededPaper", "pReach", "median", "low80", "high80", "expectedAuc", "pSuffices", "nextCheck", "aucHat", "pOk",
            "band", "otherMethods"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("labelsNeededPaper").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("pOk").ValueKind);
    }

    // The numbers are those of OtherNeedsTests and of decision section 7.
    [Fact]
    public void Budget_EveryOtherMethod_SaysItsNeedOrWhyNone()
    {
        var methods = CommandLineTests.Json("budget", "--target", ".7", "--cos-low", ".2", "--published", "Llama-3.1-8B-Instruct",
            "--points", "100:.6:.05").GetProperty("otherMethods").EnumerateArray().ToDictionary(m => m.GetProperty("method").GetString()!);
        Assert.Equal(Enum.GetNames<OtherMethod>().Select(JsonNamingPolicy.CamelCase.ConvertName), methods.Keys);
        Close.To(PaperFormula.LabelsNeeded(.419, .7), methods["cosLow"].GetProperty("need").GetDouble());
        Close.To(215.443469, methods["logLinear"].GetProperty("need").GetDouble());
        var curve = PosteriorForecast.Of(.7, null, [new(100, .6, .05)]).Posterior;
        Close.To(curve.Median!.Value, methods["curve"].GetProperty("need").GetDouble());
        Close.To(curve.PReach, methods["curve"].GetProperty("pReach").GetDouble());
        Assert.Equal(("noFit", "notReached"),
            (methods["meanOfTasks"].GetProperty("gap").GetString(), methods["lastValue"].GetProperty("gap").GetString()));
        var text = CommandLineTests.Run("budget", "--target", ".7", "--points", "100:.6:.05").Out;
        Assert.Contains("log-linear: 215 labels", text);
        Assert.Contains("probe alone: no number: no fit of this model", text);
        Assert.Contains("last value: not reached with 5,000 labels", text);
    }

    [Fact]
    public void Budget_WithoutJson_SaysItInWords()
    {
        var (code, text, _) = CommandLineTests.Run("budget", "--target", ".9", "--auc", ".419");
        Assert.Equal(0, code);
        Assert.Contains("757 labels", text);
    }

    [Fact]
    public void Budget_PublishedCoefficients_AreUsedOnlyWhenNamed()
    {
        var json = CommandLineTests.Json("budget", "--target", ".9", "--cos-low", ".2", "--published", "Llama-3.1-8B-Instruct");
        Close.To(2681.167976, json.GetProperty("labelsNeededPaper").GetDouble());
        Close.To(.624977, json.GetProperty("pReach").GetDouble());
        Assert.Equal("Llama-3.1-8B-Instruct", json.GetProperty("publishedFit").GetString());
    }

    [Fact]
    public void Budget_PublishedFit_IsCalledSoWithItsReservations()
    {
        var (code, text, _) = CommandLineTests.Run("budget", "--target", ".9", "--cos-low", ".2", "--published", "Qwen2.5-14B-Instruct");
        Assert.Equal(0, code);
        foreach (var said in new[] { "Published fit of Qwen2.5-14B-Instruct", "full fine-tuning", "5,000 labels", "0.078",
            "no calibration" })
            Assert.Contains(said, text);
        Assert.DoesNotContain("ublished", CommandLineTests.Run("budget", "--target", ".9", "--auc", ".419").Out);
    }
}
