using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Schemas;
using DataEfficiency.Portal.Stopping;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Projects;

public sealed partial class SettingsPage(ProjectService projects, ProjectStates states, ProjectModels models, StopService stops,
    NavigationManager navigation, IJSRuntime script, IDialogService dialogs, ISnackbar snackbar)
{
    private static (ProjectMove Move, string Name)[] Moves =>
    [
        (ProjectMove.Pause, ProjectWords.PauseLabeling), (ProjectMove.Resume, ProjectWords.ResumeLabeling), (ProjectMove.Reopen,
            ProjectWords.ReopenLabeling),
        (ProjectMove.BringBack, ProjectWords.BringBack), (ProjectMove.Archive, ProjectWords.Archive),
    ];
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();
    private Project? _project;
    private ProjectForm _form = new();
    private IReadOnlyDictionary<string, string> _wrong = Nothing;
    private KeptForm<ProjectForm>? _kept;
    // as JSON: what the form is compared with
    private string _stored = "";
    private IReadOnlyDictionary<int, LabelUse> _use = new Dictionary<int, LabelUse>();
    private bool _hasGold, _restored, _outdated;
    // what was stored when the form was read
    private string _read = "";
    private string _typed = "";

    [Parameter]
    public int Id { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // a model that was taken away stays visible as what it is
    private IReadOnlyList<string> Names => models.Names().Contains(_form.Model) ? models.Names() : [_form.Model, .. models.Names()];

    protected override async Task OnInitializedAsync()
    {
        await TakeAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // what is stored comes first: what was typed is compared with it
        if (_project is null) return;
        if (_kept is null)
        {
            _kept = new(script, $"settings.{Id}");
            if (await _kept.ReadAsync(Authentication) is not { } kept || JsonSerializer.Serialize(kept) == _stored) return;
            (_form, _restored) = (kept, true);
            StateHasChanged();
            await _kept.RetypeAsync();
        }
        else
        {
            if (JsonSerializer.Serialize(_form) == _stored) await _kept.DropAsync();
            else await _kept.WriteAsync(_form);
        }
    }

    // the parts of the form draw themselves alone: what changed in them is kept by the drawing of the whole that follows
    private static void Keep()
    {
    }

    private async Task GiveUpAsync()
    {
        _restored = false;
        await TakeAsync();
    }

    /// <summary>The form as it is stored.</summary>
    private async Task TakeAsync()
    {
        if (await projects.FindAsync(Id) is { } found) (_project, _form, _hasGold) = found;
        _use = await projects.UseAsync(Id);
        _stored = JsonSerializer.Serialize(_form);
        (_read, _outdated) = (_form.Tag, false);
    }

    private async Task LoadAsync()
    {
        if (await projects.FindAsync(Id) is { } found) (_project, _hasGold) = (found.Project, found.HasGold);
    }

    private async Task TrySaveAsync()
    {
        _wrong = _form.Validate(_hasGold);
        if (_wrong.Count > 0) return;
        ProjectChange? agreed = null;
        // what is to be asked is asked again where more changed than was agreed to
        while (await projects.SaveAsync(Id, _form, await LeadAsync(), agreed, _read) is { } ask)
        {
            if (_outdated = ask.Outdated) return;
            if (!await Question.AskAsync(dialogs, ProjectWords.RankAgain, Consequences(ask), ProjectWords.SaveRankAgain,
                ProjectWords.NotYet)) return;
            agreed = ask;
        }
        _restored = false;
        snackbar.Add(ProjectWords.Saved, Severity.Success);
        // new answers have their ids now
        await TakeAsync();
    }

    private List<string> Consequences(ProjectChange change)
    {
        var fields = change.Fields.Select(f => (string)ProjectWords.FieldChanged(f))
            .Aggregate((before, after) => ProjectWords.FieldsChanged(before: before, after: after));
        List<string> text = [ProjectWords.RankedAgain(fields: fields, items: _project!.ItemCount)];
        if (change.Redraws > 0) text.Add(ProjectWords.DrawnAnew(change.Redraws));
        return text;
    }

    // whether or not somebody else was quicker: the page shows what is
    private async Task MoveAsync(ProjectMove move)
    {
        if (move == ProjectMove.Reopen) await stops.DecideAsync(Id, await LeadAsync(), new(DecisionKind.Reopen));
        else await states.MoveAsync(Id, move, await LeadAsync());
        await LoadAsync();
    }

    private async Task DeleteAsync()
    {
        if (_typed.Trim() != _project!.Name) return;
        await projects.DeleteAsync(Id, await LeadAsync());
        navigation.NavigateTo("/");
    }

    private async Task<string> LeadAsync() => (await Authentication).User.PersonId()!;

    private static string StateText(Project project) => project.State switch
    {
        ProjectState.Setup => ProjectWords.ProjectWaitsFirstImport,
        ProjectState.Active => ProjectWords.LabelingOpen,
        ProjectState.Paused => ProjectWords.LabelingPausedAnnotatorsSeeAnswers,
        ProjectState.Stopped => ProjectWords.LabelingStoppedLeadCanReopen,
        _ => ProjectWords.ProjectArchivedAtEndList,
    };
}
