using System.Security.Claims;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Projects;

public sealed partial class SettingsPage(ProjectService projects, ProjectStates states, ProjectModels models, ProjectAccess access,
    NavigationManager navigation, IJSRuntime script, IDialogService dialogs, ISnackbar snackbar)
{
    private static readonly (ProjectMove Move, string Name)[] Moves =
    [
        (ProjectMove.Pause, "Pause labeling"), (ProjectMove.Resume, "Resume labeling"), (ProjectMove.Reopen, "Reopen labeling"),
        (ProjectMove.BringBack, "Bring back"), (ProjectMove.Archive, "Archive"),
    ];
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();
    private Project? _project;
    private ProjectForm _form = new();
    private IReadOnlyDictionary<string, string> _wrong = Nothing;
    private KeptForm<ProjectForm>? _kept;
    // as JSON: what the form is compared with
    private string _stored = "";
    private bool _hasGold, _restored;
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
        _stored = JsonSerializer.Serialize(_form);
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
        while (await projects.SaveAsync(Id, _form, await LeadAsync(), agreed) is { } ask)
        {
            if (!await Question.AskAsync(dialogs, "Rank again?", Consequences(ask), "Save and rank again", "Not yet")) return;
            agreed = ask;
        }
        _restored = false;
        snackbar.Add("Saved.", Severity.Success);
        // new answers have their ids now
        await TakeAsync();
    }

    private List<string> Consequences(ProjectChange change)
    {
        List<string> text = [$"The pool will be ranked again: {string.Join(" and ", change.Fields)} changed, so what the model said about "
            + $"{_project!.ItemCount:N0} items no longer holds. Labels stay as they are."];
        if (change.Redraws == 1)
            text.Add("The first 32 will be drawn anew. They were drawn for the model and the instruction as they are now, and one of them "
                + "has its answer. That answer is kept and goes on counting as a label, but the forecast starts with the new 32.");
        if (change.Redraws > 1)
            text.Add("The first 32 will be drawn anew. They were drawn for the model and the instruction as they are now, and "
                + $"{change.Redraws} of them have their answers. Those answers are kept and go on counting as labels, but the forecast "
                + "starts with the new 32.");
        return text;
    }

    // whether or not somebody else was quicker: the page shows what is
    private async Task MoveAsync(ProjectMove move)
    {
        await states.MoveAsync(Id, move, await LeadAsync());
        await LoadAsync();
    }

    private async Task DeleteAsync()
    {
        if (_typed.Trim() != _project!.Name) return;
        await projects.DeleteAsync(Id, await LeadAsync());
        navigation.NavigateTo("/");
    }

    /// <summary>The user's id; asked with the role on every action, since a circuit outlives a membership.</summary>
    private async Task<string> LeadAsync()
    {
        var user = (await Authentication).User;
        if (await access.RoleAsync(user, Id) != ProjectRole.Lead) throw new UnauthorizedAccessException("You no longer lead this project.");
        return user.FindFirstValue(ClaimTypes.NameIdentifier)!;
    }

    private static string StateText(Project project) => project.State switch
    {
        ProjectState.Setup => "The project waits for its first import.",
        ProjectState.Active => "Labeling is open.",
        ProjectState.Paused => "Labeling is paused: annotators see that, and answers still on their way are accepted.",
        ProjectState.Stopped => "Labeling was stopped; a lead can reopen it.",
        _ => "The project is archived: it is at the end of the list and nobody labels it.",
    };
}
