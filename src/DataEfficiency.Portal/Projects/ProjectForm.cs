using System.Text.Json.Serialization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Importing;
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

    /// <summary>The value of a file that it was made from, which keeps meaning it whatever it is called; null: typed.</summary>
    public string? Source { get; init; }

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
public sealed class ProjectForm
{
    public const int MostAnswers = 150;
    private const int UsualBudget = 5000;
    private const int LongestAnswer = 2000, MostCompletions = 1000;

    public string Name { get; set; } = "";
    public string Instruction { get; set; } = "";
    public string Guideline { get; set; } = "";
    public TaskType TaskType { get; set; }
    [JsonIgnore]
    public ITaskKind Kind => TaskKinds.Of(TaskType);
    public bool ListAnswers { get; set; } = true;
    public List<AnswerDraft> Answers { get; set; } = [];
    public int? AnswerLength { get; set; }
    public string AnswerPattern { get; set; } = "";
    /// <summary>One per line.</summary>
    public string Completions { get; set; } = "";
    public string Model { get; set; } = "";
    public TargetInput Target { get; set; }
    public double? TargetValue { get; set; } = .9;
    public double? ZeroShot { get; set; }
    public double? Ceiling { get; set; } = 1;
    public int? MaximumBudget { get; set; } = UsualBudget;
    public decimal? PricePerLabel { get; set; } = 0;
    public string Currency { get; set; } = "EUR";
    public bool ForecastVisibleToAnnotators { get; set; } = true;
    public bool SuggestionsShown { get; set; }

    /// <summary>Makes the values of a file's answer column the answer set.</summary>
    public void TakeOver(AnswerValues values) =>
        Answers = [.. values.Values.OrderBy(v => v.Value, StringComparer.CurrentCultureIgnoreCase)
            .Select(v => AnswerDraft.FromFile(v.Value))];

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
        Answers = [.. labels.Where(l => !l.Retired).OrderBy(l => l.Order)
        .Select(l => new AnswerDraft { Id = l.Id, Name = l.Name, AnswerText = l.AnswerText, Key = l.Key })],
        Model = project.Model, TargetValue = project.TargetValue, ZeroShot = project.ZeroShot, Ceiling = project.Ceiling,
        MaximumBudget = project.MaximumBudget,
        Target = project.TargetKind == TargetKind.ShareOfTheWay ? TargetInput.Share : project.ZeroShot is null
        || project.ZeroShotStandardError is not null ? TargetInput.RawMeasured : TargetInput.Raw,
        PricePerLabel = project.PricePerLabel, Currency = project.Currency,
        ForecastVisibleToAnnotators = project.ForecastVisibleToAnnotators,
        AnswerLength = project.AnswerLength, AnswerPattern = project.AnswerPattern ?? "", Completions = project.Completions,
        SuggestionsShown = project.SuggestionsShown,
    };

    /// <summary>Field name to what is wrong with it and what to do; empty when all is well.</summary>
    /// <param name="hasGold">Hidden gold is there or mapped: a zero-shot score can be measured.</param>
    public IReadOnlyDictionary<string, string> Validate(bool hasGold)
    {
        var wrong = new Dictionary<string, string>();
        if (string.IsNullOrWhiteSpace(Name)) wrong[nameof(Name)] = "Give the project a name.";
        else if (Name.Trim().Length > 100) wrong[nameof(Name)] = "The name is longer than 100 characters.";
        if (string.IsNullOrWhiteSpace(Instruction)) wrong[nameof(Instruction)] =
            "Say in one or two sentences what is to be answered: the model reads it before each text.";
        else if (Instruction.Length > 4000) wrong[nameof(Instruction)] =
            "The instruction is longer than 4,000 characters. What is for people goes into the guideline.";
        if (Guideline.Length > 100_000) wrong[nameof(Guideline)] = "The guideline is longer than 100,000 characters.";
        if (!Kind.HasLabels) ValidateText(wrong);
        else if (AnswersFault() is { } answers) wrong[nameof(Answers)] = answers;
        if (string.IsNullOrWhiteSpace(Model)) wrong[nameof(Model)] = "Choose a model.";
        if (TargetFault(hasGold) is { } target) wrong[nameof(Target)] = target;
        if (MaximumBudget is not (>= Engine.CosLow.Size and <= 1_000_000)) wrong[nameof(MaximumBudget)] =
            "The budget is a number of labels from 32 to 1,000,000.";
        if (PricePerLabel is not (>= 0 and <= 100_000)) wrong[nameof(PricePerLabel)] = "The price per label is an amount from 0 on.";
        if (Currency.Length != 3 || !Currency.All(char.IsAsciiLetterUpper)) wrong[nameof(Currency)] =
            "The currency is three capital letters, such as EUR.";
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
        (project.AnswerLength, project.AnswerPattern) = (AnswerLength, AnswerPattern.Trim() is { Length: > 0 } pattern ? pattern : null);
        project.Completions = string.Join('\n', CompletionLines);
    }

    private IEnumerable<string> CompletionLines => Completions.Split('\n',
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct();

    private void ValidateText(Dictionary<string, string> wrong)
    {
        var pattern = AnswerPattern.Trim();
        if (AnswerLength is < 1 or > LongestAnswer) wrong[nameof(AnswerLength)] =
            $"The longest answer is a number of characters from 1 to {LongestAnswer:N0}.";
        if (pattern.Length > 0 && Labeling.AnswerPattern.FaultOf(pattern) is { } fault) wrong[nameof(AnswerPattern)] = fault;
        else if (CompletionLines.Count() > MostCompletions) wrong[nameof(Completions)] =
            $"There are {CompletionLines.Count():N0} completions; {MostCompletions:N0} are the most.";
        else if (CompletionLines.FirstOrDefault(c => c.Length > (AnswerLength
            ?? LongestAnswer)) is { } tooLong) wrong[nameof(Completions)] = $"The completion '{tooLong}' is longer than an answer may be.";
        else if (pattern.Length > 0 && CompletionLines.FirstOrDefault(c =>
            Labeling.AnswerPattern.Refusal(pattern,
            c) is not null) is { } unfit) wrong[nameof(Completions)] = $"The completion '{unfit}' does not match the pattern.";
    }

    private string? AnswersFault()
    {
        if (Answers.Count is < 2 or > MostAnswers) return $"A single choice needs 2 to {MostAnswers} answers; there are {Answers.Count}.";
        for (var i = 0; i < Answers.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Answers[i].Name)) return $"Answer {i + 1} has no name.";
            if (string.IsNullOrWhiteSpace(Answers[i].AnswerText))
                return $"Answer {i + 1} ({Answers[i].Name}) has no answer text: it is what the model learns to write.";
            if (Answers[i].Name.Length > 200 || Answers[i].AnswerText.Length > 200) return $"Answer {i + 1} is longer than 200 characters.";
            if (Answers[i].Key is { Length: > 0 } key && !(key.Length == 1 && char.IsLetter(key[0])))
                return $"The key '{key}' of answer {i + 1} ({Answers[i].Name}) is reserved: digits and signs have their own meaning " +
                    $"while labeling. Choose one letter, or none.";
        }
        return Twice(a => a.Name) is { } name ? $"Two answers are named '{name}'." : Twice(a => a.AnswerText) is { } text
            ? $"Two answers have the answer text '{text}'." : Twice(a => a.Key ?? "") is { Length: > 0 } twice
            ? $"Two answers have the key '{twice}'." : null;

        string? Twice(Func<AnswerDraft, string> of) => Answers.GroupBy(a => of(a).Trim(), StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Key.Length > 0 && g.Count() > 1)?.Key;
    }

    private string? TargetFault(bool hasGold)
    {
        if (Ceiling is not (> 0 and <= 1)) return "The ceiling is a score above 0 and up to 100 %.";
        if (Target == TargetInput.Share) return TargetValue is > 0 and <= 1 ? null
            : "The target is a share of the way above 0 and up to 100 %, such as 90.";
        if (TargetValue is not (> 0 and <= 1)) return "The target score is above 0 and up to 100 %, such as 85.";
        if (TargetValue > Ceiling)
            return $"The target {Percent(TargetValue)} lies above the ceiling {Percent(Ceiling)}: lower it, or raise the ceiling.";
        if (Target == TargetInput.RawMeasured) return hasGold ? null
            : "Measuring the untrained score needs hidden gold answers: map an answer column as hidden gold, or type the score.";
        if (ZeroShot is not (>= 0 and < 1)) return "Type the score of the untrained model, from 0 on.";
        return Ceiling - ZeroShot < Engine.Target.SmallestGap
            ? $"Between the untrained score {Percent(ZeroShot)} and the ceiling {Percent(Ceiling)} must lie at least 2 points." : null;
    }

    private static string Percent(double? share) => $"{share * 100:0.##} %";
}
