using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.FineTuning;

/// <summary>Recipe 2: training teaches the answer and its end, and the score is exact match of the whole decoded answer.</summary>
public class EndOfAnswerTests
{
    private static readonly HashSet<int> Masked = [0, 2];

    [Fact]
    public void Answer_WithAnEnd_CountsItThoughItIsMasked()
    {
        var sequence = TokenSequence.Answer([5, 6], [7, 0, 8], Masked, end: 2);
        Assert.Equal([5, 6, 7, 0, 8, 2], sequence.Ids);
        Assert.Equal([false, false, true, false, true, true], sequence.Scored);
        Assert.Equal([5, 6, 7, 0, 8], TokenSequence.Answer([5, 6], [7, 0, 8], Masked).Ids);
    }

    [Theory, InlineData(new int[0]), InlineData(new[] { 0 })]
    public void Answer_EmptyOrFullyMasked_CountsNoEndEither(int[] answer) =>
        Assert.Equal(0, TokenSequence.Answer([5, 6], answer, Masked, end: 2).Counted);

    [Fact]
    public void End_OfGenerationConfig_IsItsFirstId()
    {
        using var model = new TinyModel();
        Assert.Equal(2, PromptBuilder.Load(model.Folder).End);
        File.WriteAllText(Path.Combine(model.Folder, "generation_config.json"), """{"eos_token_id": [1, 2, 0]}""");
        Assert.Equal(1, PromptBuilder.Load(model.Folder).End);
    }

    // After recipe 1 a model begins right and goes on: "entityentityentity". Its labels rank well, and no answer is exactly right.
    [Fact]
    public void Run_WithTheEndTaught_AnswersExactlyWhereBeforeItCouldNot()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        var prompts = PromptBuilder.Load(model.Folder);
        var task = ReferenceTaskList.Find("sentiment");
        var test = task.Generate(TaskSplit.Test, 40, 1);
        var recipe = new Recipe { LearningRate = 5e-3, BatchSize = 16, MaxSteps = 40, EvaluateEvery = 40 };

        (double Exact, double Ranked) Scored(ModelSession of)
        {
            var evaluation = new Evaluation(of, prompts);
            return (evaluation.ExactMatch(task.Prompt, test), evaluation.LabelRanking(task.Prompt, task.Prompt.Answers!, test));
        }

        (double Exact, double Ranked) Train(int? end)
        {
            var train = task.Generate(TaskSplit.Train, 200, 1)
                .Select(e => TokenSequence.Answer(prompts.Prompt(task.Prompt, e.Text), prompts.Answer(e.Answer), prompts.Masked, end))
                    .ToList();
            using var run = new TrainingRun(session, recipe, train, []);
            run.Run();
            return Scored(run.Model);
        }

        Assert.Equal(0, Scored(session).Exact);
        var (without, with) = (Train(null), Train(prompts.End));
        Assert.Equal(0, without.Exact);
        Assert.True(without.Ranked >= .4, $"{without}");
        Assert.True(with.Exact >= .4, $"{with}");
    }
}
