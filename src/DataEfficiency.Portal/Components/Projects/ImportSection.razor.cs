using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Projects;

public sealed partial class ImportSection(ProjectService projects, ImportService imports, UploadStore uploads)
{
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyDictionary<string, string> _wrong = new Dictionary<string, string>();
    private List<AnswerDraft> _answers = [];
    private ImportStatus? _status;
    private ChosenPool? _pool;
    private AnswerMap? _map;

    [Parameter, EditorRequired]
    public Project Project { get; set; } = default!;

    /// <summary>Who imports: asked with the role on every import, since a circuit outlives a membership.</summary>
    [Parameter, EditorRequired]
    public Func<Task<string>> Lead { get; set; } = default!;

    /// <summary>Told when a running import has ended.</summary>
    [Parameter]
    public EventCallback Ended { get; set; }

    public void Dispose() => _leaving.Cancel();

    private async Task ChooseAsync(ChosenPool? chosen)
    {
        var before = _pool;
        if (chosen is not null) chosen = chosen with { Mapping = chosen.Mapping.For(Project.Kind()) };
        _pool = chosen;
        if (chosen is not null && before is not null && _map is not null && PoolValues.AreSame(before, chosen)) return;
        _map = null;
        if (chosen?.Mapping.Answer is null || !Project.Kind().HasLabels
            || await PoolValues.ReadAsync(uploads, chosen, _leaving.Token) is not { } values) return;
        // the labels as they are stored: what is typed in the form above is not saved yet
        if (_pool != chosen || await projects.FindAsync(Project.Id, _leaving.Token) is not { } found) return;
        _answers = found.Form.Answers;
        _map = new AnswerMap(values, () => _answers);
    }

    private async Task ImportAsync()
    {
        try
        {
            var mapping = _map is null ? _pool!.Mapping : _pool!.Mapping with { Values = _map.ToValues() };
            await imports.StartAsync(Project.Id, _pool.Upload.Id, mapping, await Lead());
            (_pool, _map, _wrong) = (null, null, new Dictionary<string, string>());
            if (_status is not null) await _status.StartWatchingAsync();
        }
        catch (ImportException e)
        {
            _wrong = new Dictionary<string, string> { ["Pool"] = e.Message };
        }
    }
}
