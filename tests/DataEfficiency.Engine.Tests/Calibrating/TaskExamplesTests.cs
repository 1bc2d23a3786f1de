using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Calibrating;

public class TaskExamplesTests
{
    // As a tokenizer whose answers begin with a masked prefix space, or hold a line break.
    [Fact]
    public void Train_AnswerWithATokenThatConfidencesLeaveOut_TeachesItAndTheEnd()
    {
        var options = new CalibrationOptions
        {
            Profile = CalibrationOptions.Small, Tasks = [], Budgets = [], LearningRateTasks = [], ValidationSize = 3,
        };
        var examples = new TaskExamples(ReferenceTaskList.Find("priority"), new LineBreakPrompts(), context: 100, options);
        foreach (var sequence in examples.Train(5).Concat(examples.Validation()))
        {
            Assert.Equal([5, 6, 7, 9, 8, 2], sequence.Ids);
            Assert.Equal([false, false, true, true, true, true], sequence.Scored);
        }
    }

    private sealed class LineBreakPrompts : IPrompts
    {
        public int[] Prompt(TaskPrompt? task, string text) => [5, 6];

        public int[] Answer(string answer) => [7, 9, 8];

        public string Decode(IReadOnlyList<int> ids) => string.Join(' ', ids);

        public IReadOnlySet<int> Masked { get; } = new HashSet<int> { 2, 9 };

        public IReadOnlySet<int> Eos { get; } = new HashSet<int> { 2 };
    }
}
