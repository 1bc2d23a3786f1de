using System.Globalization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.TrackRecords;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.TrackRecords;

/// <summary>How far the forecasts of the projects that this person leads were off.</summary>
public sealed partial class TrackRecordPage(ProjectAccess access, TrackBook book, IOwnNeeds needs) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private Dictionary<int, string> _names = [];
    private TrackRecord? _record;
    private int _ownNeeds;
    private bool _isRead;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    protected override async Task OnInitializedAsync()
    {
        _names = (await access.LedProjectsAsync((await Authentication).User)).ToDictionary(p => p.Id, p => p.Name);
        _record = await book.OfAsync(_names.Keys, _leaving.Token);
        _ownNeeds = (await needs.ReadAsync(_leaving.Token)).Count;
        _isRead = true;
    }

    private static IReadOnlyList<TrackTable.Line> Methods(TrackRecord record) =>
        [.. record.Methods.Select(m => new TrackTable.Line(TrackText.Name(m.Method), null, m.Figures))];

    private IReadOnlyList<TrackTable.Line> Projects(TrackRecord record) =>
        [.. record.Projects.Select(p => new TrackTable.Line(_names[p.ProjectId], $"/projects/{p.ProjectId}", p.Figures))];

    public void Dispose() => _leaving.Cancel();
}
