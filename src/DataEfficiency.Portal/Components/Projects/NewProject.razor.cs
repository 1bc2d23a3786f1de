using System.Security.Claims;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.Projects;

/// <summary>One page from the task to the running import.</summary>
public sealed partial class NewProject(ProjectService projects, ImportService imports, UploadStore uploads, ProjectModels models, NavigationManager navigation) : IDisposable
{
    private readonly ProjectForm _form = new();
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyDictionary<string, string> _wrong = new Dictionary<string, string>();
    private ChosenPool? _pool;
    private AnswerValues? _values;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override void OnInitialized() => _form.Model = models.Default;

    public void Dispose()
    {
        _leaving.Cancel();
        // a file that is not imported is not kept; after Create it belongs to the import
        if (_pool is not null && !_busy) uploads.Delete(_pool.Upload.Id);
    }

    private bool MapsGold => _pool is { Mapping: { Use: AnswerUse.HiddenGold, Answer: not null } };

    private IReadOnlyList<(string Value, int Rows)> Unknown
    {
        get
        {
            if (_values is not { More: false } values || _pool is not { Mapping.Use: not AnswerUse.Ignore } || _form.Answers.Count == 0) return [];
            var known = _form.Answers.SelectMany(a => new[] { a.Name.Trim(), a.AnswerText.Trim() }).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return [.. values.Values.Where(v => !known.Contains(v.Value))];
        }
    }

    private async Task ChooseAsync(ChosenPool? chosen)
    {
        var before = _pool;
        _pool = chosen;
        if (before is not null && before.Upload.Id != chosen?.Upload.Id) uploads.Delete(before.Upload.Id);
        if (chosen is null || chosen.Mapping.Answer is null)
        {
            _values = null;
            return;
        }
        if (before is not null && _values is not null && before.Upload == chosen.Upload && before.Mapping.Answer == chosen.Mapping.Answer && before.Mapping.Format == chosen.Mapping.Format) return;
        _values = null;
        try
        {
            // the whole file, not only its start: rare answers count too
            var values = await Task.Run(() => AnswerValues.Of(() => uploads.Open(chosen.Upload.Id), chosen.Mapping, _leaving.Token), _leaving.Token);
            if (_pool != chosen) return;
            _values = values;
            if (_form.Answers.Count == 0 && values is { More: false, Values.Count: >= 2 })
                _form.TakeOver(values);
        }
        catch (Exception e) when (e is ImportException or IOException or OperationCanceledException)
        {
            // the import itself will say what is wrong with the file; the offer of answers is only a help
            _values = null;
        }
    }

    private void Extend() => _form.Answers.AddRange(Unknown.Select(u => AnswerDraft.FromFile(u.Value)).ToList());

    private async Task CreateAsync()
    {
        if (_busy) return;
        var wrong = new Dictionary<string, string>(_form.Validate(MapsGold));
        if (_pool is null) wrong["Pool"] = "Upload the file with the texts.";
        _wrong = wrong;
        if (wrong.Count > 0) return;
        _busy = true;
        var userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        var id = await projects.CreateAsync(_form, userId);
        try
        {
            await imports.StartAsync(id, _pool!.Upload.Id, _pool.Mapping, userId);
        }
        catch (ImportException e)
        {
            // no project without its pool: the person mends the mapping and presses again
            await projects.DeleteAsync(id, userId);
            (_busy, _wrong) = (false, new Dictionary<string, string> { ["Pool"] = e.Message });
            return;
        }
        navigation.NavigateTo($"/projects/{id}");
    }
}
