using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>A few words.</summary>
public sealed class ShortAnswer : WrittenAnswer
{
    public override TaskType Type => TaskType.ShortAnswer;
    public override string Editor => "text";
    public override string Title => LabelingWords.KindText;
    public override string Explanation => LabelingWords.KindTextExplained;
    public override string Forecast => LabelingWords.KindTextForecast;
    public override bool HasCompletions => true;

    public override string Describe(int labels) => LabelingWords.KindTextIs;

    // case and blanks aside
    protected override string Sameness(string text) => OneBlankEach(text).ToLowerInvariant();
}
