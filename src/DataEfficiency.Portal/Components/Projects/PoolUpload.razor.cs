using System.Security.Claims;
using DataEfficiency.Portal.Importing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components.Projects;

/// <summary>An uploaded file with the way it is to be imported.</summary>
public sealed record ChosenPool(Upload Upload, ImportPreview Preview, ColumnMapping Mapping);

public sealed partial class PoolUpload(UploadStore uploads, IJSRuntime script)
{
    private const string Several = "\u0001several";
    private static (AnswerUse, string)[] Uses =>
    [
        (AnswerUse.HiddenGold, ProjectWords.UsedAsGold), (AnswerUse.Labels, ProjectWords.LabelsTheseRowsDone), (AnswerUse.Ignore,
            ProjectWords.IgnoreThem),
    ];
    private static (string, string)[] Separators =>
    [
        ("44", ProjectWords.Comma), ("59", ProjectWords.Semicolon), ("9", ProjectWords.Tab), ("124", "|"), ("0",
            ProjectWords.NoneLineOneText),
        ("L32", ProjectWords.LabelBlankText), ("L9", ProjectWords.LabelTabText), ("L58", ProjectWords.LabelColonText),
    ];
    private static readonly (string, string)[] Encodings =
    [
        ("utf-8", "UTF-8"), ("utf-16", "UTF-16 (LE)"), ("utf-16BE", "UTF-16 (BE)"), ("windows-1252", "Windows-1252"),
    ];
    private ElementReference _input;
    private DotNetObjectReference<PoolUpload>? _self;
    private IJSObjectReference? _module;
    private int? _percent;
    private string? _error, _templateWrong;

    /// <summary>Where the file is posted to.</summary>
    [Parameter]
    public string Url { get; set; } = "/api/v1/uploads";

    [Parameter]
    public ChosenPool? Chosen { get; set; }

    [Parameter]
    public EventCallback<ChosenPool?> ChosenChanged { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        try
        {
            _module = await script.InvokeAsync<IJSObjectReference>("import", "/js/projects/upload.js");
            await _module.InvokeVoidAsync("attach", _input, Url, _self, new
            {
                signedOut = ProjectWords.ScriptSignedOut.ToString(), tooLarge = ProjectWords.ScriptTooLarge.ToString(),
                answered = ProjectWords.ScriptServerAnswered("STATUS").ToString(), broke = ProjectWords.ScriptBroke.ToString(),
                unreachable = ProjectWords.ScriptUnreachable.ToString(),
            });
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the browser left before the page was up
        }
    }

    [JSInvokable]
    public void Progressed(long sent, long total)
    {
        (_percent, _error) = (total == 0 ? 0 : (int)(100 * sent / total), null);
        StateHasChanged();
    }

    [JSInvokable]
    public async Task Uploaded(Guid id)
    {
        _percent = null;
        var user = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier);
        if (uploads.Find(id) is not { } upload
            || upload.UserId != user) Failed(ProjectWords.UploadNotThereAnyMore);
        else await ReadAsync(upload, null, null);
        StateHasChanged();
    }

    [JSInvokable]
    public void Failed(string message)
    {
        (_percent, _error) = (null, message);
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the browser is gone, and the module with it
        }
        _self?.Dispose();
    }

    private async Task ReadAsync(Upload upload, SourceFormat? format, ColumnMapping? before)
    {
        try
        {
            var preview = await Task.Run(() => ImportPreview.Of(() => uploads.Open(upload.Id), upload.FileName, format));
            var mapping = preview.Proposed;
            if (before is not null) mapping = mapping with { KeepDuplicates = before.KeepDuplicates, AllOrNothing = before.AllOrNothing };
            (_error, _templateWrong) = (null, null);
            await ChosenChanged.InvokeAsync(new ChosenPool(upload, preview, mapping));
        }
        catch (Exception e) when (e is ImportException or IOException)
        {
            _error = e.Message;
        }
    }

    private Task SetAsync(Func<ColumnMapping, ColumnMapping> change) =>
        ChosenChanged.InvokeAsync(Chosen! with { Mapping = change(Chosen.Mapping) });

    private Task ReadAgainAsync(Func<SourceFormat, SourceFormat> change) =>
        ReadAsync(Chosen!.Upload, change(Chosen.Preview.Format), Chosen.Mapping);

    private Task ChooseTextAsync(string column)
    {
        _templateWrong = null;
        if (column != Several) return SetAsync(m => m with { Text = column, Template = null });
        var proposed = Chosen!.Preview.Proposed.Template ?? TextTemplate.For(Chosen.Preview.Columns.Where(c => c != Chosen.Mapping.Id
            && c != Chosen.Mapping.Answer).Take(TextTemplate.MostParts));
        return SetAsync(m => m with { Template = proposed });
    }

    private async Task SetTemplateAsync(ChangeEventArgs e)
    {
        var template = e.Value?.ToString() ?? "";
        try
        {
            var columns = TextTemplate.Parse(template).Parts.Select(p => p.Column);
            var unknown = columns.FirstOrDefault(c => FieldPath.Find(Chosen!.Preview.Columns, c).Column < 0);
            _templateWrong = unknown is null ? null : ProjectWords.NoColumnOfName(unknown);
        }
        catch (ImportException wrong)
        {
            _templateWrong = wrong.Message;
        }
        await SetAsync(m => m with { Template = template });
    }

    /// <summary>The first good row as annotators will see it.</summary>
    private IReadOnlyList<NamedText> FirstText()
    {
        if (_templateWrong is not null || Chosen!.Preview.Rows.FirstOrDefault(r => r.Fault is null) is not { } row) return [];
        return [.. TextTemplate.Parse(Chosen.Mapping.Template!).Parts
            .Select(p => new NamedText(p.Name, FieldPath.Find(Chosen.Preview.Columns, p.Column).Value(row) ?? ""))
                .Where(p => p.Text.Length > 0)];
    }

    private string? CellCss(SourceRow row, int place) => row.FaultOf(place) is not null ? "bad"
        : Chosen!.Mapping.Template is null && Chosen.Preview.Columns[place] == Chosen.Mapping.Text ? "main" : null;

    private static ColumnMapping WithAnswer(ColumnMapping mapping, string? column) => mapping with
    {
        Answer = column, Use = column is null ? AnswerUse.Ignore : mapping.Use == AnswerUse.Ignore ? AnswerUse.HiddenGold : mapping.Use,
        AcceptedIn = null,
    };

    private static string Separator(SourceFormat format) => $"{(format.Kind == FileKind.LabelLines ? "L" : "")}{(int)format.Delimiter}";

    private static SourceFormat WithSeparator(SourceFormat format, string chosen) => chosen[0] == 'L'
        ? format with { Kind = FileKind.LabelLines, Delimiter = (char)int.Parse(chosen[1..]), HasHeader = false }
        : format with { Kind = FileKind.Delimited, Delimiter = (char)int.Parse(chosen), Quoted = null };

    private SourceFormat At(SourceFormat format, string? path)
    {
        var place = Chosen!.Preview.Places.FirstOrDefault(p => p.Path == path);
        return format with { RowsAt = path, Kind = place?.IsMap == true ? FileKind.JsonMap : FileKind.JsonArray };
    }

    private static string Joined(IEnumerable<string?> fields) => string.Join(" · ", fields.Where(f => !string.IsNullOrEmpty(f)).Take(8));

    // an unfinished template has no parts yet
    private IReadOnlyList<string> TextParts => _templateWrong is not null ? []
        : [.. Chosen!.Mapping.TextColumns.Select(t => Chosen.Preview.Columns.Contains(t) ? t
            : Chosen.Preview.Columns.FirstOrDefault(c => t.StartsWith(c + ".", StringComparison.Ordinal)) ?? t)];

    private string UseOf(string column) => Chosen!.Mapping switch
    {
        var m when TextParts.Contains(column) => ProjectWords.UsedAsText,
        var m when m.Id == column => ProjectWords.UsedAsId,
        var m when m.Answer == column || m.Answer?.StartsWith(column + ".", StringComparison.Ordinal) == true =>
            m.Use switch { AnswerUse.HiddenGold => ProjectWords.UsedAsGold, AnswerUse.Labels => ProjectWords.UsedAsLabels,
                _ => ProjectWords.UsedIgnored },
        _ => "",
    };

    private IEnumerable<(string, string)> Columns => Chosen!.Preview.Names.Select(c => (c, c));

    private IReadOnlyList<(string, string)> ColumnsOrNone => [("", ProjectWords.ColumnNone), .. Columns];

    private static string? OrNone(string chosen) => chosen.Length > 0 ? chosen : null;

    private static string Size(long bytes) => bytes switch { < 1 << 10 => ProjectWords.SizeBytes(bytes),
        < 1 << 20 => ProjectWords.SizeKilobytes(bytes / 1024.0), _ => ProjectWords.SizeMegabytes(bytes / 1048576.0) };
}
