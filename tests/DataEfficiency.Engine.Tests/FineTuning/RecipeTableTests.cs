using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Tests.Forecasting;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class RecipeTableTests
{
    [Fact]
    public void Of_EveryKind_IsVersion2OfTheTable()
    {
        var full = RecipeTable.Of(Trained.Full, 1e-4, 7);
        Assert.Equal((2, 16, 200, 20, 5), (full.Version, full.BatchSize, full.MaxSteps, full.EvaluateEvery, full.Patience));
        Assert.Equal((.01, true, 1e-4, 7L), (full.StopBelowLoss, full.Cosine, full.LearningRate, full.Seed));
        Assert.Equal((Trained.Lora, 16, 32d), RecipeTable.Of(Trained.Lora, 1e-4, 7) is var r ? (r.Trained, r.Rank, r.Alpha) : default);
    }

    [Theory]
    [InlineData(CheckTraining.Auto, 299_999_999, nameof(Trained.Full)), InlineData(CheckTraining.Auto, 300_000_000, nameof(Trained.Lora))]
    [InlineData(CheckTraining.Full, 8_000_000_000, nameof(Trained.Full)), InlineData(CheckTraining.Lora, 1, nameof(Trained.Lora))]
    [InlineData(CheckTraining.Ia3, 1, nameof(Trained.Ia3))]
    public void TrainedFor_ChoiceAndSize_IsTheTables(CheckTraining asked, long parameters, string trained) =>
        Assert.Equal(trained, $"{RecipeTable.TrainedFor(asked, parameters)}");

    [Fact]
    public void Rates_OfOrdinaryModels_AreTheTables()
    {
        Assert.Equal([3e-5, 1e-4, 1e-3], RecipeTable.Rates(Trained.Full, 135_000_000));
        Assert.Equal([1e-4, 3e-4, 1e-3], RecipeTable.Rates(Trained.Lora, 8_000_000_000));
        Assert.Contains(1e-3, RecipeTable.Rates(Trained.Full, 816_000));
    }

    [Fact]
    public void CalibrationOptions_ByDefault_AreTheTables()
    {
        var full = CalibrationOptions.Of("full");
        Assert.Equal((RecipeTable.BatchSize, RecipeTable.MaxSteps, RecipeTable.EvaluateEvery, RecipeTable.Patience),
            (full.BatchSize, full.MaxSteps, full.EvaluateEvery, full.Patience));
        Assert.Null(full.LearningRates);
    }

    // The rate of another recipe says nothing of this one.
    [Fact]
    public void RateOf_CalibrationOfThisTableAndTraining_IsItsRateAndElseNone()
    {
        var own = ForecasterTests.Calibration();
        var task = own.Tasks[0] with { Runs = [new CalibrationRun(0, .5, 1, 0, 1, 1)] };
        own = own with { Tasks = [task], Recipe = own.Recipe with { Number = 2, BatchSize = 16, MaxSteps = 200, LearningRate = 3e-3 } };
        Assert.Equal(3e-3, RecipeTable.RateOf(own, Trained.Full));
        Assert.Null(RecipeTable.RateOf(own, Trained.Lora));
        Assert.Null(RecipeTable.RateOf(own with { Recipe = own.Recipe with { Number = 1 } }, Trained.Full));
        Assert.Null(RecipeTable.RateOf(own with { Recipe = own.Recipe with { BatchSize = 8 } }, Trained.Full));
        Assert.Null(RecipeTable.RateOf(own with { Tasks = [task with { Runs = [] }] }, Trained.Full));
        Assert.Null(RecipeTable.RateOf(null, Trained.Full));
    }

    [Fact]
    public void Parameters_OfAConfiguration_AreTheModels()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        Assert.Equal(session.Decoder.Parameters.Count, RecipeTable.Parameters(session.Decoder.Config));
    }
}
