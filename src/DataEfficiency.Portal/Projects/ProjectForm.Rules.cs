using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Projects;

// What is asked of each field.
public sealed partial class ProjectForm
{
    public const int MostAnswers = 150;
    private const int LongestAnswer = 2000, MostCompletions = 1000, LargestTest = 5000, MostPeople = 5, MostGold = 50;

    /// <summary>Field name to what is wrong with it and what to do; empty when all is well.</summary>
    /// <param name="hasGold">Hidden gold is there or mapped: a zero-shot score can be measured.</param>
    public IReadOnlyDictionary<string, string> Validate(bool hasGold)
    {
        var wrong = new Dictionary<string, string>();
        if (PersonNames.Plain(Name).Length == 0) wrong[nameof(Name)] = ProjectsWords.NameNeeded;
        else if (Name.Trim().Length > 100) wrong[nameof(Name)] = ProjectsWords.NameTooLong;
        if (string.IsNullOrWhiteSpace(Instruction)) wrong[nameof(Instruction)] = ProjectsWords.InstructionNeeded;
        else if (Instruction.Length > 4000) wrong[nameof(Instruction)] = ProjectsWords.InstructionTooLong;
        if (Guideline.Length > 100_000) wrong[nameof(Guideline)] = ProjectsWords.GuidelineTooLong;
        // of every kind: what no answer is asked by is stored and sent all the same
        ValidateText(wrong);
        if (Kind.HasLabels && AnswersFault() is { } answers) wrong[nameof(Answers)] = answers;
        else if (Kind.IsSet && (LeastLabels is not >= 0 || MostLabels is < 1 || LeastLabels > (MostLabels ?? Answers.Count)
            || MostLabels > Answers.Count))
            wrong[nameof(MostLabels)] = ProjectsWords.NumberOfLabels(Answers.Count);
        if (string.IsNullOrWhiteSpace(Model)) wrong[nameof(Model)] = ProjectsWords.ModelNeeded;
        if (TargetFault(hasGold) is { } target) wrong[nameof(Target)] = target;
        if (MaximumBudget is not (>= Engine.CosLow.Size and <= 1_000_000)) wrong[nameof(MaximumBudget)] = ProjectsWords.BudgetOutside;
        if (PricePerLabel is not (>= 0 and <= 100_000)) wrong[nameof(PricePerLabel)] = ProjectsWords.PriceOutside;
        if (ValidationSize is not (>= 0 and <= LargestTest) || TestSize is not (>= 0 and <= LargestTest))
            wrong[nameof(TestSize)] = ProjectsWords.TestSizeOutside(LargestTest);
        if (OverlapPercent is not (>= 0 and <= 100)) wrong[nameof(OverlapPercent)] = ProjectsWords.OverlapOutside;
        if (GoldPercent is not (>= 0 and <= MostGold)) wrong[nameof(GoldPercent)] = ProjectsWords.GoldShareOutside(MostGold);
        if (GoldLeastPercent is not (>= 0 and <= 100)) wrong[nameof(GoldLeastPercent)] = ProjectsWords.GoldLeastOutside;
        if (AgreementLeast is not (null or (>= 0 and <= 1))) wrong[nameof(AgreementLeast)] = ProjectsWords.AgreementOutside;
        if (OverlapAnswers is not (>= 1 and <= MostPeople)) wrong[nameof(OverlapAnswers)] = ProjectsWords.PeopleOutside(MostPeople);
        if (TestAnswers is not (>= 1 and <= MostPeople)) wrong[nameof(TestAnswers)] = ProjectsWords.PeopleOutside(MostPeople);
        if (PointValue is < 0 or > 1_000_000_000) wrong[nameof(PointValue)] = ProjectsWords.PointValueOutside;
        else if (PointValue > 0 && PricePerLabel is 0) wrong[nameof(PointValue)] = ProjectsWords.PointValueWithoutPrice;
        if (ComputePrice is < 0 or > 100_000) wrong[nameof(ComputePrice)] = ProjectsWords.ComputePriceOutside;
        if (Currency.Length != 3 || !Currency.All(char.IsAsciiLetterUpper)) wrong[nameof(Currency)] = ProjectsWords.CurrencyUnknown;
        return wrong;
    }

    private void ValidateText(Dictionary<string, string> wrong)
    {
        var pattern = AnswerPattern.Trim();
        if (AnswerLength is < 1 or > LongestAnswer) wrong[nameof(AnswerLength)] = ProjectsWords.AnswerLengthOutside(LongestAnswer);
        if (pattern.Length > 0 && Labeling.AnswerPattern.FaultOf(pattern) is { } fault) wrong[nameof(AnswerPattern)] = fault;
        else if (CompletionLines.Count() > MostCompletions)
            wrong[nameof(Completions)] = ProjectsWords.TooManyCompletions(completions: CompletionLines.Count(), most: MostCompletions);
        else if (CompletionLines.FirstOrDefault(c => c.Length > (AnswerLength ?? LongestAnswer)) is { } tooLong)
            wrong[nameof(Completions)] = ProjectsWords.CompletionTooLong(tooLong);
        else if (pattern.Length > 0
            && CompletionLines.FirstOrDefault(c => Labeling.AnswerPattern.Refusal(pattern, c) is not null) is { } unfit)
            wrong[nameof(Completions)] = ProjectsWords.CompletionUnfit(unfit);
    }

    private Said? AnswersFault()
    {
        if (Answers.Count < Kind.FewestLabels || Answers.Count > MostAnswers)
            return ProjectsWords.NumberOfAnswers(fewest: Kind.FewestLabels, most: MostAnswers, answers: Answers.Count);
        foreach (var (i, answer) in Answers.Index())
        {
            var number = i + 1;
            if (string.IsNullOrWhiteSpace(answer.Name)) return ProjectsWords.AnswerWithoutName(number);
            if (string.IsNullOrWhiteSpace(answer.AnswerText)) return ProjectsWords.AnswerWithoutText(number: number, name: answer.Name);
            if (answer.Name.Length > 200 || answer.AnswerText.Length > 200) return ProjectsWords.AnswerTooLong(number);
            if (Kind.TextFault(answer.AnswerText) is { } fault) return fault;
            if (answer.Key is { Length: > 0 } key && !(key.Length == 1 && char.IsLetter(key[0])))
                return ProjectsWords.KeyReserved(key: key, number: number, name: answer.Name);
            if (answer.Group?.Length > AnswerDraft.LongestGroup || answer.Description?.Length > AnswerDraft.LongestDescription)
                return ProjectsWords.DetailsTooLong(number: number, group: AnswerDraft.LongestGroup,
                    description: AnswerDraft.LongestDescription);
            // it goes into styles
            if (answer.Colour is { } colour && !Colours().IsMatch(colour))
                return ProjectsWords.ColourUnknown(colour: colour, number: number);
        }
        if (Retired.FirstOrDefault(r => r.Fate == RetiredFate.Merge && !CanBe(r)) is { } lost)
            return ProjectsWords.MergeWithoutTarget(lost.Label.Name);
        return Twice(a => a.Name) is { } name ? ProjectsWords.NameTwice(name)
            : Twice(a => a.AnswerText) is { } text ? ProjectsWords.TextTwice(text)
            : Twice(a => a.Key ?? "") is { } twice ? ProjectsWords.KeyTwice(twice) : null;

        // one that was merged before may count as a label that is itself retired by now; in a circle nothing counts as anything
        bool CanBe(RetiredDraft retired)
        {
            var next = retired;
            for (var i = 0; i < Retired.Count && next is { Fate: RetiredFate.Merge }; i++)
            {
                var into = next.Into;
                if (Answers.Any(a => a.AnswerText.Trim() == into)) return true;
                next = Retired.FirstOrDefault(r => r.Label.AnswerText == into);
            }
            return next is { Fate: not RetiredFate.Merge };
        }

        string? Twice(Func<AnswerDraft, string> of) => Answers.GroupBy(a => of(a).Trim(), StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Key.Length > 0 && g.Count() > 1)?.Key;
    }

    [GeneratedRegex(@"^#[0-9a-fA-F]{6}\z")]
    private static partial Regex Colours();

    private Said? TargetFault(bool hasGold)
    {
        if (Ceiling is not (> 0 and <= 1)) return ProjectsWords.CeilingOutside;
        if (ZeroShot is not (null or (>= 0 and <= 1))) return ProjectsWords.ZeroShotNeeded;
        if (Target == TargetInput.Share) return TargetValue is > 0 and <= 1 ? null : ProjectsWords.ShareOutside;
        if (TargetValue is not (> 0 and <= 1)) return ProjectsWords.ScoreOutside;
        if (TargetValue > Ceiling)
            return ProjectsWords.TargetAboveCeiling(target: Percent(TargetValue), ceiling: Percent(Ceiling));
        if (Target == TargetInput.RawMeasured) return hasGold ? null : ProjectsWords.MeasuringNeedsGold;
        if (ZeroShot is not (>= 0 and < 1)) return ProjectsWords.ZeroShotNeeded;
        return Ceiling - ZeroShot < Engine.Target.SmallestGap
            ? ProjectsWords.GapTooSmall(zeroShot: Percent(ZeroShot), ceiling: Percent(Ceiling)) : null;
    }

    private static string Percent(double? share) => $"{share * 100:0.##} %";
}
