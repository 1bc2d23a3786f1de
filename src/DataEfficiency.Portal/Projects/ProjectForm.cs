using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
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

/// <summary>What a lead types about a project, as the wizard and the settings show it. <see cref="Validate"/> says what is wrong, field by
/// field.</summary>
public sealed partial class ProjectForm
{
    private const int UsualBudget = 5000;

    public string Name { get; set; } = "";
    public string Instruction { get; set; } = "";
    public string Guideline { get; set; } = "";
    [JsonConverter(typeof(OneName))]
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
    [JsonConverter(typeof(OneName))]
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
    [JsonConverter(typeof(OneName))]
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

    public void ApplyTo(Project project)
    {
        (project.Name, project.Instruction, project.Guideline) = (PersonNames.Plain(Name), Instruction.Trim(), Guideline);
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
}
