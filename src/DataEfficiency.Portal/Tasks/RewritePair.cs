using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tasks;

/// <summary>The item's own text, rewritten; one that is right already is answered as it stands.</summary>
public sealed class RewritePair : WrittenAnswer
{
    public override TaskType Type => TaskType.RewritePair;
    public override string Editor => "rewrite";
    public override string Title => LabelingWords.KindRewrite;
    public override string Explanation => LabelingWords.KindRewriteExplained;
    public override string Forecast => LabelingWords.KindRewriteForecast;

    public override string Describe(int labels) => LabelingWords.KindRewriteIs;

    // a capital letter can be the whole correction
    protected override string Sameness(string text) => OneBlankEach(text);
}
