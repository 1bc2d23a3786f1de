using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Storage;

public enum TaskType { SingleChoice, ShortAnswer, MultiLabel, RewritePair, Spans }

public enum ProjectState { Setup, Active, Paused, Stopped, Archived }

public enum TargetKind { ShareOfTheWay, RawScore }

public sealed class Project
{
    public int Id { get; set; }
    public string Name { get; set; } = "";
    public string Instruction { get; set; } = "";
    /// <summary>Markdown; raw HTML in it is never rendered.</summary>
    public string Guideline { get; set; } = "";
    /// <summary>The newest version of the guideline; 0: there was never one.</summary>
    public int GuidelineVersion { get; set; }
    public TaskType TaskType { get; set; }
    /// <summary>The prompt lists the answer texts ("Answer with one of: ...").</summary>
    public bool ListAnswers { get; set; } = true;
    /// <summary>Characters of a short answer at most; null: the portal's limit.</summary>
    public int? AnswerLength { get; set; }
    /// <summary>Regular expression that a whole short answer must match; null: any.</summary>
    public string? AnswerPattern { get; set; }
    /// <summary>Labels that an answer of several must have at least; 0: none of them is an answer too.</summary>
    public int LeastLabels { get; set; }
    /// <summary>And at most; null: all.</summary>
    public int? MostLabels { get; set; }
    /// <summary>Spans may lie over each other.</summary>
    public bool SpansOverlap { get; set; }
    /// <summary>Offered while a short answer is typed, one per line.</summary>
    public string Completions { get; set; } = "";
    /// <summary>What any of its webhooks listens to; kept by <see cref="Webhooks.WebhookBook"/>.</summary>
    public WebhookEvents WebhookEvents { get; set; }
    public ProjectState State { get; set; }
    /// <summary>What it was when it was archived, and comes back as; null: it is not archived, or an older portal archived it.</summary>
    public ProjectState? ArchivedFrom { get; set; }
    public bool IsSample { get; set; }
    /// <summary>Folder name of the model; its calibration is found by the weights' SHA-256.</summary>
    public string Model { get; set; } = "";
    /// <summary>Seed of the random permutation, of the draw of the 32 and of the queues.</summary>
    public long Seed { get; set; }

    public TargetKind TargetKind { get; set; }
    /// <summary>Share of the way in (0, 1], or a raw score.</summary>
    public double TargetValue { get; set; } = .9;
    /// <summary>Typed or measured zero-shot score; null where unknown.</summary>
    public double? ZeroShot { get; set; }
    public double? ZeroShotStandardError { get; set; }
    public double Ceiling { get; set; } = 1;
    public int MaximumBudget { get; set; } = 5000;
    public decimal PricePerLabel { get; set; }
    public string Currency { get; set; } = "EUR";
    /// <summary>Of an hour of this machine's work on checks, in the same currency; null: nobody counts it.</summary>
    public decimal? ComputePrice { get; set; }
    /// <summary>What checks train.</summary>
    public CheckTraining CheckTraining { get; set; }
    /// <summary>Behind the random labels, checks on a test set train on the others too.</summary>
    public bool ChecksTakeOthers { get; set; } = true;
    /// <summary>What one point of the score (1 %) is worth, in the same currency; null: nobody said.</summary>
    public decimal? PointValue { get; set; }
    /// <summary>Share of the turns that the random queue has once the sample is full (<see cref="Labeling.Turns"/>).</summary>
    public double RandomShare { get; set; } = .2;
    /// <summary>Items that are drawn from the random order and never trained on: to watch a training by, and to test it. Raised, more are
    /// drawn; lowered, the drawn ones stay.</summary>
    public int ValidationSize { get; set; } = 100;
    public int TestSize { get; set; } = 200;
    /// <summary>Items with imported hidden gold are the test set, up to its size: nobody has to label it.</summary>
    public bool GoldIsTest { get; set; }
    /// <summary>Share of the pool's items that <see cref="OverlapAnswers"/> people answer, so that their agreement can be told.</summary>
    public double OverlapShare { get; set; }
    public int OverlapAnswers { get; set; } = 2;
    /// <summary>People who answer an item of the test set.</summary>
    public int TestAnswers { get; set; } = 1;
    /// <summary>Share of a person's turns that brings a gold item: its answer is known, and theirs shows how well they answer.</summary>
    public double GoldShare { get; set; }
    /// <summary>Share of the gold items that a person should answer right; under it they are marked.</summary>
    public double GoldLeast { get; set; } = .7;
    /// <summary>Who is under it gets no further item until a lead lets them go on.</summary>
    public bool GoldBlocks { get; set; }
    public bool ForecastVisibleToAnnotators { get; set; } = true;
    /// <summary>Annotators see the model's answer, except on random items.</summary>
    public bool SuggestionsShown { get; set; }
    /// <summary>Reviewers do not see who gave which answer.</summary>
    public bool ReviewsHideNames { get; set; } = true;

    /// <summary>+1 with every committed change of the labels (last write of the transaction).</summary>
    public long LabelVersion { get; set; }
    /// <summary>The label version that the estimator has looked at: below <see cref="LabelVersion"/> means it is due.</summary>
    public long EstimatedVersion { get; set; }
    /// <summary>The ranking whose scores count; null until the first is whole.</summary>
    public int? RankingId { get; set; }
    /// <summary>+1 with every ranking that finished: deck positions of older rankings are void.</summary>
    public int RankVersion { get; set; }
    /// <summary>Id of the newest import that is complete; one import of a project runs at a time, so the flip of this one number is the
    /// last small transaction that makes all its items and slots visible.</summary>
    public int VisibleImport { get; set; }
    /// <summary>The newest version of the answer set.</summary>
    public int SchemaVersion { get; set; } = 1;
    public int ItemCount { get; set; }
    /// <summary>The draw whose items are the first 32; null until ranked.</summary>
    public int? DrawId { get; set; }
    /// <summary>When a lead confirmed the stop; annotators see it from then on.</summary>
    public long? StoppedAt { get; set; }
    public string? StoppedBy { get; set; }
    /// <summary>A lead goes on to so many labels although the forecast said stop.</summary>
    public int? GoOnTo { get; set; }
    /// <summary>No item is begun: those that have an answer get the others that they wait for, and reviews are decided.</summary>
    public bool NothingNew { get; set; }
    /// <summary>The forecast's stop is taken without a lead, once nothing on the list before it is open.</summary>
    public bool StopsByItself { get; set; }
    /// <summary>Agreement that a stop asks for; null: the field's usual.</summary>
    public double? AgreementLeast { get; set; }
    public string CreatedBy { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? DeletedAt { get; set; }
}
