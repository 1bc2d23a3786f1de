using System.Security.Claims;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components.Projects;

/// <summary>One page from the task to the running import.</summary>
public sealed partial class NewProject(ProjectService projects, ImportService imports, UploadStore uploads, ProjectModels models,
    NavigationManager navigation, IJSRuntime script) : IDisposable
{
    private readonly KeptForm<KeptProject> _kept = new(script, "new-project");
    private ProjectForm _form = new();
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyDictionary<string, string> _wrong = new Dictionary<string, string>();
    private ChosenPool? _pool;
    private AnswerMap? _map;
    private int? _proposed;
    private bool _busy, _restored;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override void OnInitialized() => _form.Model = models.Default;

    // an uploaded file stays for as long as uploads do: the form that names it lies in the browser
    public void Dispose() => _leaving.Cancel();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await _kept.ReadAsync(Authentication) is { } kept) await RestoreAsync(kept);
        else if (!_busy) await _kept.WriteAsync(_pool is not { } pool ? new(_form, null, null, _proposed)
            : new(_form, pool.Upload.Id, pool.Mapping with { Values = _map?.ToValues() }, _proposed));
    }

    // the parts of the form draw themselves alone: what changed in them is kept by the drawing of the whole that follows
    private static void Keep()
    {
    }

    private async Task RestoreAsync(KeptProject kept)
    {
        (_form, _proposed, _restored) = (kept.Form, kept.Proposed, true);
        StateHasChanged();
        var user = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier);
        if (kept is { Upload: { } id, Mapping: { } mapping } && uploads.Find(id) is { } upload && upload.UserId == user)
            await RestorePoolAsync(upload, mapping);
        StateHasChanged();
        await _kept.RetypeAsync();
    }

    private async Task RestorePoolAsync(Upload upload, ColumnMapping mapping)
    {
        try
        {
            var preview = await Task.Run(() => ImportPreview.Of(() => uploads.Open(upload.Id), upload.FileName, mapping.Format),
                _leaving.Token);
            _pool = new(upload, preview, mapping with { Values = null });
            if (await PoolValues.ReadAsync(uploads, _pool, _leaving.Token) is not { } values || mapping.Answer is null) return;
            _map = new AnswerMap(values, () => _form.Answers);
            foreach (var (value, text) in mapping.Values ?? new Dictionary<string, string?>())
                _map.Choose(value, text is null ? null : _form.Answers.FirstOrDefault(a => a.AnswerText.Trim() == text));
        }
        catch (Exception e) when (e is ImportException or IOException)
        {
            // the file is not what it was: it is chosen anew
            _pool = null;
        }
    }

    /// <summary>Nothing of it is to be kept.</summary>
    private async Task GiveUpAsync()
    {
        if (_pool is not null) uploads.Delete(_pool.Upload.Id);
        (_form, _pool, _map, _proposed, _restored) = (new ProjectForm { Model = models.Default }, null, null, null, false);
        await _kept.DropAsync();
    }

    private async Task CancelAsync()
    {
        await GiveUpAsync();
        navigation.NavigateTo("/");
    }

    private bool MapsGold => _pool is { Mapping: { Use: AnswerUse.HiddenGold, Answer: not null } };

    /// <summary>The file's answers, where they are used.</summary>
    private AnswerMap? Mapped => _pool is { Mapping.Use: not AnswerUse.Ignore } ? _map : null;

    // of more values than can be answers only some are counted, and the mapping says so already
    private int WithoutLabel => _map is { Values.More: false } && _form.Kind.HasLabels
        && _pool is { Mapping.Use: not AnswerUse.Ignore }
        ? _map.WithoutLabel.Sum(v => v.Rows) : 0;

    /// <summary>Another kind of answer reads the file's answers in another way.</summary>
    private Task ChangedAsync() => _pool is { } pool && pool.Mapping.For(_form.Kind) != pool.Mapping ? ChooseAsync(pool)
        : Task.CompletedTask;

    private async Task ChooseAsync(ChosenPool? chosen)
    {
        var before = _pool;
        if (chosen is not null) chosen = chosen with { Mapping = chosen.Mapping.For(_form.Kind) };
        _pool = chosen;
        if (before is not null && before.Upload.Id != chosen?.Upload.Id) uploads.Delete(before.Upload.Id);
        if (chosen is not null && before is not null && _map is not null && PoolValues.AreSame(before, chosen)) return;
        _map = null;
        if (chosen is null || await PoolValues.ReadAsync(uploads, chosen, _leaving.Token) is not { } values || _pool != chosen) return;
        _proposed = _form.ProposeBudget(values.Rows, _proposed);
        if (chosen.Mapping.Answer is null) return;
        // labels that came from an earlier file go with it, typed ones stay
        if (_form.Answers.All(a => a.Source is not null)) _form.Answers = [];
        if (_form.Answers.Count == 0 && values is { More: false, Values.Count: >= 2 }) _form.TakeOver(values);
        _map = new AnswerMap(values, () => _form.Answers);
    }

    private async Task CreateAsync()
    {
        if (_busy) return;
        var wrong = new Dictionary<string, string>(_form.Validate(MapsGold));
        if (_pool is null) wrong["Pool"] = ProjectWords.UploadFileTexts;
        else if (_pool.Mapping.Use == AnswerUse.Labels && WithoutLabel > 0 && WithoutLabel >= _map!.Values.Rows)
            wrong["Pool"] = ProjectWords.NoRowWouldImportedNone;
        _wrong = wrong;
        if (wrong.Count > 0) return;
        _busy = true;
        var userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        var id = await projects.CreateAsync(_form, userId);
        try
        {
            var mapping = _form.Kind.HasLabels && _map is not null ? _pool!.Mapping with { Values = _map.ToValues() }
                : _pool!.Mapping;
            await imports.StartAsync(id, _pool!.Upload.Id, mapping, userId);
        }
        catch (ImportException e)
        {
            // no project without its pool: the person mends the mapping and presses again
            await projects.DeleteAsync(id, userId);
            (_busy, _wrong) = (false, new Dictionary<string, string> { ["Pool"] = e.Message });
            return;
        }
        await _kept.DropAsync();
        navigation.NavigateTo($"/projects/{id}");
    }

    /// <summary>The wizard as it lies in the browser.</summary>
    private sealed record KeptProject(ProjectForm Form, Guid? Upload, ColumnMapping? Mapping, int? Proposed);
}
