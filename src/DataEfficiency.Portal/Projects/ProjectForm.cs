using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Projects;

/// <summary>How the target is told.</summary>
public enum TargetInput
{
    /// <summary>A share of the way from the untrained score to the ceiling.</summary>
    Share,
    /// <summary>A raw score, with the zero-shot score typed.</summary>
    Raw,
    /// <summary>A raw score; the zero-shot score is measured on the hidden gold answers.</summary>
    RawMeasured,
}

/// <param name="Id">0: not stored yet.</param>
public sealed class AnswerDraft
{
    public int Id { get; init; }
    public string Name { get; set; } = "";
    public string AnswerText { get; set; } = "";
    /// <summary>The letter that chooses it; null or empty: the digit of its place.</summary>
    public string? Key { get; set; }
    /// <summary>Labels of one group stand under its name.</summary>
    public string? Group { get; set; }
    /// <summary>When the label applies, for people.</summary>
    public string? Description { get; set; }
    /// <summary>#rrggbb, or null.</summary>
    public string? Colour { get; set; }
    /// <summary>What was answered with it so far is asked again: it means something else now.</summary>
    public bool AskAgain { get; set; }

    public const int LongestGroup = 60, LongestDescription = 300;

    /// <summary>The value of a file that it was made from, which keeps meaning it whatever it is called; null: typed.</summary>
    public string? Source { get; init; }

    public static AnswerDraft Of(Label label) => new()
    {
        Id = label.Id, Name = label.Name, AnswerText = label.AnswerText, Key = label.Key, Group = label.Group,
        Description = label.Description, Colour = label.Colour, AskAgain = !label.Retired && label.AskedAgainFrom is not null,
    };

    /// <summary>An answer as a file says it: people read words, the model learns to write what the file has.</summary>
    public static AnswerDraft FromFile(string value) => new() { Name = value.Replace('_', ' ').Trim(), AnswerText = value, Source = value };

    /// <summary>
    /// A new name is for people only: the text that the model learns, and with it gold answers and rankings, changes where somebody changes
    /// the text. Of an answer that is being typed and says the same in both, the text follows.
    /// </summary>
    public void Rename(string name)
    {
        if (Id == 0 && Source is null && (AnswerText.Length == 0 || AnswerText == Name)) AnswerText = name;
        Name = name;
    }
}

/// <summary>What a lead types about a project, as the wizard and the settings show it. <see cref="Validate"/> says what is wrong, field by
/// field.</summary>
public sealed partial class ProjectForm
{
    public const int MostAnswers = 150;
    private const int UsualBudget = 5000;
    private const int LongestAnswer = 2000, MostCompletions = 1000, LargestTest = 5000, MostPeople = 5, MostGold = 50;

    public string Name { get; set; } = "";
    public string Instruction { get; set; } = "";
    public string Guideline { get; set; } = "";
    [JsonConverter(typeof(JsonStringEnumConverter<TaskType>))]
    public TaskType TaskType { get; set; }
    [JsonIgnore]
    public ITaskKind Kind => TaskKinds.Of(TaskType);
    public bool ListAnswers { get; set; } = true;
    public List<AnswerDraft> Answers { get; set; } = [];
    /// <summary>Labels that are offered no longer, and what becomes of their answers.</summary>
    public List<RetiredDraft> Retired { get; set; } = [];
    public int? AnswerLength { get; set; }
    public string AnswerPattern { get; set; } = "";
    /// <summary>Labels of an answer of several, at least and at most; at most null: all.</summary>
    public int? LeastLabels { get; set; } = 0;
    public int? MostLabels { get; set; }
    public bool SpansOverlap { get; set; }
    /// <summary>One per line.</summary>
    public string Completions { get; set; } = "";
    public string Model { get; set; } = "";
    [JsonConverter(typeof(JsonStringEnumConverter<TargetInput>))]
    public TargetInput Target { get; set; }
    public double? TargetValue { get; set; } = .9;
    public double? ZeroShot { get; set; }
    public double? Ceiling { get; set; } = 1;
    public int? MaximumBudget { get; set; } = UsualBudget;
    public decimal? PricePerLabel { get; set; } = 0;
    public string Currency { get; set; } = "EUR";
    public int? ValidationSize { get; set; } = 100;
    public int? TestSize { get; set; } = 200;
    public bool GoldIsTest { get; set; }
    /// <summary>Share of the items that several people answer, in per cent.</summary>
    public double? OverlapPercent { get; set; } = 10;
    public int? OverlapAnswers { get; set; } = 2;
    public int? TestAnswers { get; set; } = 2;
    /// <summary>Share of each person's turns that brings a gold item, in per cent.</summary>
    public double? GoldPercent { get; set; } = 5;
    /// <summary>So many of them should be right, in per cent.</summary>
    public double? GoldLeastPercent { get; set; } = 70;
    public bool GoldBlocks { get; set; }
    /// <summary>Agreement that a stop asks for; null: the field's usual.</summary>
    public double? AgreementLeast { get; set; }
    public bool StopsByItself { get; set; }
    [JsonConverter(typeof(JsonStringEnumConverter<CheckTraining>))]
    public CheckTraining CheckTraining { get; set; }
    /// <summary>Random labels first, the others behind them.</summary>
    public bool ChecksTakeOthers { get; set; } = true;
    /// <summary>What one point of the score is worth; null: nobody says.</summary>
    public decimal? PointValue { get; set; }
    /// <summary>Of an hour of this machine; null: nobody counts it.</summary>
    public decimal? ComputePrice { get; set; }
    public bool ForecastVisibleToAnnotators { get; set; } = true;
    public bool SuggestionsShown { get; set; }
    /// <summary>Reviewers do not see who gave which answer.</summary>
    public bool ReviewsHideNames { get; set; } = true;

    /// <summary>Another one for each other content.</summary>
    [JsonIgnore]
    public string Tag => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this)).AsSpan(0, 16));

    /// <summary>Makes the values of a file's answer column the answer set.</summary>
    public void TakeOver(AnswerValues values) =>
        Answers = [.. values.Values.OrderBy(v => v.Value, StringComparer.CurrentCultureIgnoreCase)
            .Select(v => AnswerDraft.FromFile(v.Value))];

    /// <summary>Takes an answer out of those that are offered.</summary>
    public void Retire(AnswerDraft answer)
    {
        Answers.Remove(answer);
        if (answer.Id != 0) Retired.Add(new() { Label = answer });
    }

    /// <summary>Offers it again; what was answered with it is its own again.</summary>
    public void BringBack(RetiredDraft label)
    {
        Retired.Remove(label);
        Answers.Add(label.Label);
    }

    /// <summary>Nobody can buy more labels than a pool has items. A budget that a person has typed stays.</summary>
    /// <param name="before">What this proposed for the file before; null for the first.</param>
    /// <returns>The proposal.</returns>
    public int ProposeBudget(int items, int? before)
    {
        var proposed = Math.Clamp(items, Engine.CosLow.Size, UsualBudget);
        if (MaximumBudget == (before ?? UsualBudget)) MaximumBudget = proposed;
        return proposed;
    }

    public static ProjectForm Of(Project project, IEnumerable<Label> labels) => new()
    {
        Name = project.Name, Instruction = project.Instruction, Guideline = project.Guideline, TaskType = project.TaskType,
        ListAnswers = project.ListAnswers,
        Answers = [.. labels.Where(l => !l.Retired).OrderBy(l => l.Order).Select(AnswerDraft.Of)],
        Retired = [.. labels.Where(l => l.Retired).OrderBy(l => l.Id).Select(l => new RetiredDraft
        {
            Label = AnswerDraft.Of(l),
            Fate = l.MergedIntoId is not null ? RetiredFate.Merge : l.AskedAgainFrom is not null ? RetiredFate.AskAgain : RetiredFate.Keep,
            Into = l.MergedIntoId is null ? "" : labels.Now(l.Id)?.AnswerText ?? "",
        })],
        Model = project.Model, TargetValue = project.TargetValue, ZeroShot = project.ZeroShot, Ceiling = project.Ceiling,
        MaximumBudget = project.MaximumBudget,
        Target = project.TargetKind == TargetKind.ShareOfTheWay ? TargetInput.Share : project.ZeroShot is null
        || project.ZeroShotStandardError is not null ? TargetInput.RawMeasured : TargetInput.Raw,
        PricePerLabel = project.PricePerLabel, Currency = project.Currency,
        ForecastVisibleToAnnotators = project.ForecastVisibleToAnnotators,
        AnswerLength = project.AnswerLength, AnswerPattern = project.AnswerPattern ?? "", Completions = project.Completions,
        LeastLabels = project.LeastLabels, MostLabels = project.MostLabels, SpansOverlap = project.SpansOverlap,
        SuggestionsShown = project.SuggestionsShown, ReviewsHideNames = project.ReviewsHideNames,
        ValidationSize = project.ValidationSize, TestSize = project.TestSize, GoldIsTest = project.GoldIsTest,
        CheckTraining = project.CheckTraining, ComputePrice = project.ComputePrice,
        ChecksTakeOthers = project.ChecksTakeOthers, PointValue = project.PointValue,
        OverlapPercent = project.OverlapShare * 100, OverlapAnswers = project.OverlapAnswers, TestAnswers = project.TestAnswers,
        GoldPercent = project.GoldShare * 100, GoldLeastPercent = Math.Round(project.GoldLeast * 100, 6), GoldBlocks = project.GoldBlocks,
        AgreementLeast = project.AgreementLeast, StopsByItself = project.StopsByItself,
    };

    /// <summary>Field name to what is wrong with it and what to do; empty when all is well.</summary>
    /// <param name="hasGold">Hidden gold is there or mapped: a zero-shot score can be measured.</param>
    public IReadOnlyDictionary<string, string> Validate(bool hasGold)
    {
        var wrong = new Dictionary<string, string>();
        if (string.IsNullOrWhiteSpace(Name)) wrong[nameof(Name)] = ProjectsWords.NameNeeded;
        else if (Name.Trim().Length > 100) wrong[nameof(Name)] = ProjectsWords.NameTooLong;
        if (string.IsNullOrWhiteSpace(Instruction)) wrong[nameof(Instruction)] =
            ProjectsWords.InstructionNeeded;
        else if (Instruction.Length > 4000) wrong[nameof(Instruction)] =
            ProjectsWords.InstructionTooLong;
        if (Guideline.Length > 100_000) wrong[nameof(Guideline)] = ProjectsWords.GuidelineTooLong;
        if (!Kind.HasLabels) ValidateText(wrong);
        else if (AnswersFault() is { } answers) wrong[nameof(Answers)] = answers;
        else if (Kind.IsSet && (LeastLabels is not >= 0 || MostLabels is < 1 || LeastLabels > (MostLabels ?? Answers.Count)
            || MostLabels > Answers.Count))
            wrong[nameof(MostLabels)] = ProjectsWords.NumberOfLabels(Answers.Count);
        if (string.IsNullOrWhiteSpace(Model)) wrong[nameof(Model)] = "Choose a model.";
        if (TargetFault(hasGold) is { } target) wrong[nameof(Target)] = target;
        if (MaximumBudget is not (>= Engine.CosLow.Size and <= 1_000_000)) wrong[nameof(MaximumBudget)] =
            ProjectsWords.BudgetOutside;
        if (PricePerLabel is not (>= 0 and <= 100_000)) wrong[nameof(PricePerLabel)] = ProjectsWords.PriceOutside;
        if (ValidationSize is not (>= 0 and <= LargestTest) || TestSize is not (>= 0 and <= LargestTest))
            wrong[nameof(TestSize)] = ProjectsWords.TestSizeOutside(LargestTest);
        if (OverlapPercent is not (>= 0 and <= 100)) wrong[nameof(OverlapPercent)] = ProjectsWords.OverlapOutside;
        if (GoldPercent is not (>= 0 and <= MostGold)) wrong[nameof(GoldPercent)] = ProjectsWords.GoldShareOutside(MostGold);
        if (GoldLeastPercent is not (>= 0 and <= 100)) wrong[nameof(GoldLeastPercent)] = ProjectsWords.GoldLeastOutside;
        if (AgreementLeast is < 0 or > 1) wrong[nameof(AgreementLeast)] = ProjectsWords.AgreementOutside;
        if (OverlapAnswers is not (>= 1 and <= MostPeople)) wrong[nameof(OverlapAnswers)] = ProjectsWords.PeopleOutside(MostPeople);
        if (TestAnswers is not (>= 1 and <= MostPeople)) wrong[nameof(TestAnswers)] = ProjectsWords.PeopleOutside(MostPeople);
        if (PointValue is < 0 or > 1_000_000_000) wrong[nameof(PointValue)] = ProjectsWords.PointValueOutside;
        else if (PointValue > 0 && PricePerLabel is 0) wrong[nameof(PointValue)] = ProjectsWords.PointValueWithoutPrice;
        if (ComputePrice is < 0 or > 100_000) wrong[nameof(ComputePrice)] = ProjectsWords.ComputePriceOutside;
        if (Currency.Length != 3 || !Currency.All(char.IsAsciiLetterUpper)) wrong[nameof(Currency)] =
            ProjectsWords.CurrencyUnknown;
        return wrong;
    }

    public void ApplyTo(Project project)
    {
        (project.Name, project.Instruction, project.Guideline) = (Name.Trim(), Instruction.Trim(), Guideline);
        (project.TaskType, project.ListAnswers, project.Model) = (TaskType, ListAnswers, Model);
        project.TargetKind = Target == TargetInput.Share ? TargetKind.ShareOfTheWay : TargetKind.RawScore;
        (project.TargetValue, project.Ceiling) = (TargetValue!.Value, Ceiling!.Value);
        // a measured score stays until it is measured anew
        if (Target == TargetInput.Raw || (Target == TargetInput.Share && project.ZeroShotStandardError is null)) (project.ZeroShot,
            project.ZeroShotStandardError) = (ZeroShot, null);
        else if (Target == TargetInput.RawMeasured && project.ZeroShotStandardError is null) project.ZeroShot = null;
        (project.MaximumBudget, project.PricePerLabel, project.Currency) = (MaximumBudget!.Value, PricePerLabel!.Value, Currency);
        (project.ForecastVisibleToAnnotators, project.SuggestionsShown) = (ForecastVisibleToAnnotators, SuggestionsShown);
        project.ReviewsHideNames = ReviewsHideNames;
        (project.AnswerLength, project.AnswerPattern) = (AnswerLength, AnswerPattern.Trim() is { Length: > 0 } pattern ? pattern : null);
        (project.ValidationSize, project.TestSize, project.GoldIsTest) = (ValidationSize!.Value, TestSize!.Value, GoldIsTest);
        (project.CheckTraining, project.ComputePrice) = (CheckTraining, ComputePrice);
        (project.ChecksTakeOthers, project.PointValue) = (ChecksTakeOthers, PointValue);
        (project.LeastLabels, project.MostLabels, project.SpansOverlap) = (LeastLabels ?? 0, MostLabels, SpansOverlap);
        (project.OverlapShare, project.OverlapAnswers) = (OverlapPercent!.Value / 100, OverlapAnswers!.Value);
        (project.TestAnswers, project.GoldShare) = (TestAnswers!.Value, GoldPercent!.Value / 100);
        (project.GoldLeast, project.GoldBlocks) = (GoldLeastPercent!.Value / 100, GoldBlocks);
        (project.AgreementLeast, project.StopsByItself) = (AgreementLeast, StopsByItself);
        project.Completions = string.Join('\n', CompletionLines);
    }

    private IEnumerable<string> CompletionLines => Completions.Split('\n',
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct();

    private void ValidateText(Dictionary<string, string> wrong)
    {
        var pattern = AnswerPattern.Trim();
        if (AnswerLength is < 1 or > LongestAnswer) wrong[nameof(AnswerLength)] =
            ProjectsWords.AnswerLengthOutside(LongestAnswer);
        if (pattern.Length > 0 && Labeling.AnswerPattern.FaultOf(pattern) is { } fault) wrong[nameof(AnswerPattern)] = fault;
        else if (CompletionLines.Count() > MostCompletions) wrong[nameof(Completions)] =
            ProjectsWords.TooManyCompletions(completions: CompletionLines.Count(), most: MostCompletions);
        else if (CompletionLines.FirstOrDefault(c => c.Length > (AnswerLength
            ?? LongestAnswer)) is { } tooLong) wrong[nameof(Completions)] = ProjectsWords.CompletionTooLong(tooLong);
        else if (pattern.Length > 0 && CompletionLines.FirstOrDefault(c =>
            Labeling.AnswerPattern.Refusal(pattern,
            c) is not null) is { } unfit) wrong[nameof(Completions)] = ProjectsWords.CompletionUnfit(unfit);
    }

    private Said? AnswersFault()
    {
        if (Answers.Count < Kind.FewestLabels || Answers.Count > MostAnswers)
            return ProjectsWords.NumberOfAnswers(fewest: Kind.FewestLabels, most: MostAnswers,
            answers: Answers.Count);
        for (var i = 0; i < Answers.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Answers[i].Name)) return ProjectsWords.AnswerWithoutName(i + 1);
            if (string.IsNullOrWhiteSpace(Answers[i].AnswerText))
                return ProjectsWords.AnswerWithoutText(number: i + 1, name: Answers[i].Name);
            if (Answers[i].Name.Length > 200 || Answers[i].AnswerText.Length > 200) return ProjectsWords.AnswerTooLong(i
                + 1);
            if (Kind.TextFault(Answers[i].AnswerText) is { } fault) return fault;
            if (Answers[i].Key is { Length: > 0 } key && !(key.Length == 1 && char.IsLetter(key[0])))
                return ProjectsWords.KeyReserved(key: key, number: i + 1, name: Answers[i].Name);
            if (Answers[i].Group?.Length > AnswerDraft.LongestGroup || Answers[i].Description?.Length > AnswerDraft.LongestDescription)
                return ProjectsWords.DetailsTooLong(number: i + 1, group: AnswerDraft.LongestGroup,
                    description: AnswerDraft.LongestDescription);
            // it goes into styles
            if (Answers[i].Colour is { } colour && !Colours().IsMatch(colour))
                return ProjectsWords.ColourUnknown(colour: colour, number: i + 1);
        }
        if (Retired.FirstOrDefault(r => r.Fate == RetiredFate.Merge && !CanBe(r)) is { } lost)
            return ProjectsWords.MergeWithoutTarget(lost.Label.Name);
        return Twice(a => a.Name) is { } name ? ProjectsWords.NameTwice(name) : Twice(a => a.AnswerText) is { } text
            ? ProjectsWords.TextTwice(text) : Twice(a => a.Key ?? "") is { Length: > 0 } twice
            ? ProjectsWords.KeyTwice(twice) : null;

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
        if (Target == TargetInput.Share) return TargetValue is > 0 and <= 1 ? null
            : ProjectsWords.ShareOutside;
        if (TargetValue is not (> 0 and <= 1)) return ProjectsWords.ScoreOutside;
        if (TargetValue > Ceiling)
            return ProjectsWords.TargetAboveCeiling(target: Percent(TargetValue), ceiling: Percent(Ceiling));
        if (Target == TargetInput.RawMeasured) return hasGold ? null
            : ProjectsWords.MeasuringNeedsGold;
        if (ZeroShot is not (>= 0 and < 1)) return ProjectsWords.ZeroShotNeeded;
        return Ceiling - ZeroShot < Engine.Target.SmallestGap
            ? ProjectsWords.GapTooSmall(zeroShot: Percent(ZeroShot), ceiling: Percent(Ceiling)) : null;
    }

    private static string Percent(double? share) => $"{share * 100:0.##} %";
}
