using System.Security.Claims;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Guidelines;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components.Reviewing;

/// <summary>One item that its people could not settle, everything that was said of it, and a key for each way to settle it.</summary>
public sealed partial class ReviewPage(IDbContextFactory<AppDbContext> contexts, ReviewReader reader, ReviewService reviews,
    ProjectAccess access, IJSRuntime script) : IDisposable
{
    private static readonly (string Key, ReviewCause Cause)[] Causes =
        [("a", ReviewCause.Ambiguous), ("g", ReviewCause.Gap), ("s", ReviewCause.Slip), ("x", ReviewCause.Schema)];

    private readonly CancellationTokenSource _leaving = new();
    // of items that are not decided yet
    private readonly Dictionary<long, Typed> _typed = [];
    private KeptForm<KeptReview>? _kept;
    private ElementReference _root;
    private Project? _project;
    private ProjectRole _role = ProjectRole.Reviewer;
    private MarkupString? _guideline;
    private ReviewList? _list;
    private ReviewCard? _card;
    private ReviewCause? _cause;
    private string _userId = "", _note = "";
    private string? _said, _refusal;
    private bool _writing, _busy, _restored, _focus = true;
    private int _at;

    [Parameter]
    public int Id { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _userId = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        _role = await access.RoleAsync(user, Id) ?? ProjectRole.Reviewer;
        await using (var db = await contexts.CreateDbContextAsync(_leaving.Token))
            _project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == Id, _leaving.Token);
        // raw HTML and foreign links are taken out before it becomes markup, as on the label page
        if (!string.IsNullOrWhiteSpace(_project?.Guideline)) _guideline = new MarkupString(GuidelineHtml.Render(_project.Guideline));
        await ReadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_list is null) return;
        if (_focus && _card is not null)
        {
            // keys act at once, without a click into the page
            _focus = false;
            await _root.FocusAsync(preventScroll: true);
        }
        if (_kept is null) await RestoreAsync();
        else if (!_restored) return;
        else if (Keep()) await _kept.WriteAsync(new(_card?.Open.ItemId ?? 0, _typed));
        else await _kept.DropAsync();
    }

    /// <summary>The item where this person was, with what they had typed; what they have begun meanwhile stays.</summary>
    private async Task RestoreAsync()
    {
        _kept = new(script, $"review.{Id}");
        if (await _kept.ReadAsync(Authentication) is { } kept)
        {
            foreach (var (item, typed) in kept.Typed) _typed.TryAdd(item, typed);
            await ReadAsync(kept.Item, () => !_busy && !_writing && _note == "" && _cause is null);
            StateHasChanged();
        }
        _restored = true;
        await _kept.RetypeAsync();
    }

    /// <summary>Whether anything typed waits to be sent.</summary>
    private bool Keep()
    {
        if (_card?.Open.ItemId is { } item && (_note != "" || _cause is not null)) _typed[item] = new(_note, _cause);
        else if (_card is not null) _typed.Remove(_card.Open.ItemId);
        return _typed.Count > 0;
    }

    /// <summary>The queue as it is now, and an item of it.</summary>
    /// <param name="itemId">Which; null or one that is decided by now: the one at the same place.</param>
    /// <param name="still">Whether the page may still change, asked once everything is read.</param>
    private async Task ReadAsync(long? itemId = null, Func<bool>? still = null)
    {
        var list = await reader.ListAsync(Id, _userId, _leaving.Token);
        var at = itemId is null ? -1 : list.Items.ToList().FindIndex(i => i.ItemId == itemId);
        if (at < 0) at = list.Items.Count == 0 ? 0 : _at % list.Items.Count;
        var card = list.Items.Count == 0 ? null : await reader.CardAsync(_project!, list.Items[at], _leaving.Token);
        if (still is not null && !still()) return;
        (_list, _at, _card) = (list, at, card);
        foreach (var gone in _typed.Keys.Except(list.Items.Select(i => i.ItemId)).ToList()) _typed.Remove(gone);
        var typed = card is null ? null : _typed.GetValueOrDefault(card.Open.ItemId);
        (_cause, _note, _writing, _focus) = (typed?.Cause, typed?.Note ?? "", false, true);
    }

    private Task KeyAsync(KeyboardEventArgs e)
    {
        if (_busy || _writing || _card is null || e.Repeat || e.CtrlKey || e.AltKey || e.MetaKey) return Task.CompletedTask;
        if (e.Key.Length == 1 && e.Key[0] is >= '1' and <= '9')
            return e.Key[0] - '1' is var place && place < _card.Options.Count ? TakeAsync(_card.Options[place]) : Task.CompletedTask;
        if (Causes.FirstOrDefault(c => c.Key == e.Key) is { Key: not null } cause) Mark(cause.Cause);
        if (e.Key == "e") Write();
        return e.Key switch
        {
            "Enter" => MajorityAsync(),
            "b" => SendBackAsync(),
            "ArrowRight" => MoveAsync(1),
            "ArrowLeft" => MoveAsync(-1),
            _ => Task.CompletedTask,
        };
    }

    private async Task MoveAsync(int by)
    {
        (_said, _refusal) = (null, null);
        _at = Math.Max(0, _at + by + _list!.Items.Count);
        await ReadAsync();
    }

    private void Mark(ReviewCause cause) => (_cause, _focus) = (_cause == cause ? null : cause, true);

    private void Write() => _writing = true;

    private void StopWriting() => (_writing, _focus) = (false, true);

    private Task TakeAsync(ReviewOption option) => DecideAsync(ReviewVerdict.Taken, option.AnswerId);

    private Task MajorityAsync()
    {
        if (_card!.Majority is { } option) return TakeAsync(option);
        _refusal = _card.Options.Count > 0 ? ReviewingWords.NoMajorityHere : ReviewingWords.NoAnswers;
        return Task.CompletedTask;
    }

    private Task SendBackAsync() => DecideAsync(ReviewVerdict.SentBack);

    private Task WriteAsync(JsonElement answer) => DecideAsync(ReviewVerdict.Written, answer: answer);

    private async Task DecideAsync(ReviewVerdict verdict, long? take = null, JsonElement? answer = null)
    {
        (_busy, _said, _refusal) = (true, null, null);
        try
        {
            var decision = new ReviewDecision(_card!.Open.ItemId, _card.Open.After, verdict, take, answer, _cause, _note);
            var refusal = await reviews.DecideAsync(Id, _userId, decision, _leaving.Token);
            if (refusal is null)
            {
                _typed.Remove(decision.ItemId);
                (_note, _cause, _said) = ("", null,
                    verdict == ReviewVerdict.SentBack ? ReviewingWords.SentBackDone : ReviewingWords.Decided);
            }
            else _refusal = refusal.Why;
            // what can be put right here stays on screen
            if (refusal is not { Code: ApiCodes.BadAnswer or ApiCodes.TooLong }) await ReadAsync();
        }
        finally
        {
            _busy = false;
        }
    }

    private static string Who(ReviewOption option) => string.Join(" · ", option.People.Select(p => (p.Name, p.Seconds) switch
        {
            (null, { } seconds) => ReviewingWords.Seconds(seconds),
            ({ } name, { } seconds) => ReviewingWords.Voter(name: name, seconds: seconds).ToString(),
            _ => p.Name,
        }).Where(p => p is not null).Prepend(ReviewingWords.GivenBy(option.People.Count).ToString()));

    private static string Says(ReviewVoice voice) => ReviewingWords.VoiceIs(
        kind: voice.Skip is not null ? "skip" : !voice.Flagged ? "note" : voice.Note is null ? "flag" : "both",
        what: voice.Skip ?? voice.Note, name: voice.Name);

    private static string Says(ReviewPast past) => ReviewingWords.PastIs(verdict: ReviewText.Verdict(past.Verdict),
        cause: past.Cause is { } cause ? ReviewText.Cause(cause).ToString() : null, note: past.Note);

    private sealed record Typed(string Note, ReviewCause? Cause);

    /// <param name="Item">The one on the page.</param>
    private sealed record KeptReview(long Item, Dictionary<long, Typed> Typed);

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }
}
