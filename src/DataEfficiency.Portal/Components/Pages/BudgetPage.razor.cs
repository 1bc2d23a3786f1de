using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Components.Charts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Stopping;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Pages;

public sealed partial class BudgetPage
{
    private readonly CancellationTokenSource _leaving = new();
    private EstimateFeed.Subscription? _subscription;
    private Task _following = Task.CompletedTask;
    private BudgetView? _view;
    private ForecastUpdate? _forecast;
    private Outlook? _outlook;
    private ForecastChart? _chart;
    private Estimate? _numbered;
    private ModelFolder? _model;
    private IReadOnlyList<MeasuredMark> _measured = [];
    private IReadOnlyList<AnnotatorRow> _annotators = [];
    private ProjectAgreement? _agreement;
    private StopView? _stop;
    private IReadOnlyList<DecisionRow> _decisions = [];
    private string? _refusal;
    private ProjectRole _role = ProjectRole.Viewer;
    private bool _missing, _busy;

    [Inject] private ForecastPublisher Pictures { get; set; } = default!;
    [Inject] private EstimateFeed Feed { get; set; } = default!;
    [Inject] private AgreementBook Agreements { get; set; } = default!;
    [Inject] private RankJobs Ranking { get; set; } = default!;
    [Inject] private StopReader StopReader { get; set; } = default!;
    [Inject] private StopService Stops { get; set; } = default!;
    [Inject] private WeekPace Week { get; set; } = default!;
    [Inject] private DecisionBook Decisions { get; set; } = default!;
    [Inject] private ModelCatalog Catalog { get; set; } = default!;
    [Inject] private IDialogService Dialogs { get; set; } = default!;
    [Inject] private ProjectAccess Access { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter] public int Id { get; set; }

    private string Facts
    {
        get
        {
            var project = _view!.Project;
            var task = project.Kind().Describe(_view.Answers);
            var culture = CultureInfo.CurrentCulture;
            string facts = project.TargetKind == TargetKind.ShareOfTheWay && _chart!.IsAccuracy
                ? PageWords.FactsOfTheWay(task: task, model: project.Model, share: ForecastNumbers.Percent(project.TargetValue, culture),
                    accuracy: ForecastNumbers.Score(_chart.Target ?? 0, culture))
                : PageWords.Facts(task: task, model: project.Model, target: _chart!.TargetText);
            if (project.ZeroShot is not { } zero) return facts;
            var score = ForecastNumbers.Score(zero, culture);
            return project.ZeroShotStandardError switch
            {
                null => PageWords.WithZeroShot(facts: facts, score: score),
                > 0 and { } error => PageWords.WithZeroShotError(facts: facts, score: score,
                    error: (error * 100).ToString("0.0", culture)),
                _ => PageWords.WithZeroShotMeasured(facts: facts, score: score),
            };
        }
    }

    // what a viewer sees has no buttons; whatever one of them changes asks again whether the person leads
    private bool Leads => _role.MayLead();

    protected override async Task OnInitializedAsync()
    {
        _role = await Access.RoleAsync((await Authentication).User, Id) ?? ProjectRole.Viewer;
        await ReadAsync(null);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || _missing) return;
        _subscription = Feed.Subscribe(Id);
        _following = FollowAsync(_subscription);
        // what came between the first reading and the subscription
        if (_subscription.Latest is { } latest) await ApplyAsync(latest);
    }

    private async Task FollowAsync(EstimateFeed.Subscription subscription)
    {
        try
        {
            await foreach (var update in subscription.ReadAllAsync(_leaving.Token)) await InvokeAsync(() => ApplyAsync(update));
        }
        catch (OperationCanceledException)
        {
            // the page was left
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task ApplyAsync(ForecastUpdate update)
    {
        await ReadAsync(update);
        StateHasChanged();
    }

    private async Task ReadAsync(ForecastUpdate? update)
    {
        // the pushed picture is what is drawn; another one is taken where there is none yet
        update ??= await Pictures.NewestAsync(Id, cancel: _leaving.Token);
        if (update is not { View: { } view, Figures: { } figures })
        {
            _missing = true;
            return;
        }
        if (_forecast is not null && update.IsOlderThan(_forecast)) return;
        var culture = CultureInfo.CurrentCulture;
        // the first look at a model hashes its weights
        if (_view?.Project.Model != view.Project.Model)
        {
            var model = await Task.Run(() => Catalog.Find(view.Project.Model), _leaving.Token);
            // a newer picture may have come meanwhile
            if (_forecast is not null && update.IsOlderThan(_forecast)) return;
            _model = model;
        }
        var agreement = await Agreements.OfAsync(Id, AgreementBook.LiveAge, _leaving.Token);
        if (_forecast is not null && update.IsOlderThan(_forecast)) return;
        var decisions = await Decisions.ReadAsync(Id, null, _leaving.Token);
        var facts = VerdictFacts.Of(update);
        facts = facts with { End = await Week.EndAsync(facts, WayAhead.Of(facts), _leaving.Token) };
        var outlook = Outlook.Of(facts, culture);
        var stop = outlook.Verdict.StopAdvised || outlook.Verdict.StopWaits || Finishing.IsAll(view.Project)
            ? await StopReader.ReadAsync(Id, _leaving.Token) : null;
        if (_forecast is not null && update.IsOlderThan(_forecast)) return;
        (_view, _forecast, _agreement, _stop, _decisions) = (view, update, agreement, stop, decisions);
        _annotators = AnnotatorRow.Of(figures, view.Names, Leads);
        (_outlook, _numbered) = (outlook, facts.Numbered);
        _chart = ForecastChart.Of(facts, TargetSettings.Shown(view.Project), culture);
        _measured = CheckMarks.Of(view.Checks.Rows, view.Project.Model, _chart.IsAccuracy);
    }

    private Task ReloadAsync() => ReadAsync(null);

    private Task RankAsync() => ActAsync(user => Ranking.EnqueueAsync(Id, user));

    private Task CancelRankingAsync() => ActAsync(user => Ranking.CancelAsync(Id, user));

    private async Task DecideAsync(StopDecision decision)
    {
        if (decision.Kind == DecisionKind.Stop && !await Question.AskAsync(Dialogs, PageWords.StopEverybody,
            [PageWords.AnnotatorsWillSeeLabelingEnded], PageWords.StopNow, PageWords.GoLabeling)) return;
        // more may have come in while the question stood there: it is looked at anew
        await ActAsync(async user => _refusal = await Stops.DecideAsync(Id, user, decision, _leaving.Token));
    }

    private async Task ActAsync(Func<string, Task> act)
    {
        (_busy, _refusal) = (true, null);
        try
        {
            await act((await Authentication).User.PersonId()!);
            await ReadAsync(null);
        }
        catch (RightEndedException)
        {
            // a circuit lives for hours, a membership may have ended in between
            _refusal = PageWords.OnlyLeadsProjectMayDo;
        }
        finally
        {
            _busy = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        _subscription?.Dispose();
        await _following;
        _leaving.Dispose();
    }
}
