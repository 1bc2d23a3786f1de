using System.Text.RegularExpressions;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Labeling;

/// <summary>One thing that keys do on the label page.</summary>
/// <param name="Keys">As wwwroot/js/label/keys.js names a key press: "f", "Shift+1", "Ctrl+z", "Space", "F2"; digits by
/// physical key.</param>
public sealed record KeyAction(string Name, Said What, IReadOnlyList<string> Keys);

/// <summary>A person's keys.</summary>
/// <param name="Bare">False: keys without Ctrl or F do nothing (WCAG 2.1.4).</param>
/// <param name="Changed">Action to its keys, where they differ from the defaults.</param>
public sealed record KeySettings(bool Bare, IReadOnlyDictionary<string, IReadOnlyList<string>> Changed)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Changed { get; init; } =
        Changed ?? new Dictionary<string, IReadOnlyList<string>>();

    public static KeySettings Default { get; } = new(true, new Dictionary<string, IReadOnlyList<string>>());
}

/// <summary>The label page's keys (workbench section 2): the defaults, and what a changed map must fulfil. Every key means one
/// thing.</summary>
public static partial class KeyMap
{
    public const int LabelKeys = 20;
    private const int MostKeys = 3;

    public static readonly IReadOnlyList<KeyAction> Defaults =
    [
        .. Enumerable.Range(1, LabelKeys).Select(n =>
            new KeyAction($"label-{n}", LabelingWords.ActionLabel(n), [$"{(n > 10 ? "Shift+" : "")}{n % 10}"])),
        new("finder", LabelingWords.ActionFinder, ["Space"]),
        new("send", LabelingWords.ActionSend, ["Enter"]),
        new("send-anywhere", LabelingWords.ActionSendAnywhere, ["Ctrl+Enter"]),
        new("accept", LabelingWords.ActionAccept, ["+"]),
        new("unchanged", LabelingWords.ActionUnchanged, ["F8"]),
        new("word-left", LabelingWords.ActionWordLeft, ["ArrowLeft"]),
        new("word-right", LabelingWords.ActionWordRight, ["ArrowRight"]),
        new("extend-left", LabelingWords.ActionExtendLeft, ["Shift+ArrowLeft"]),
        new("extend-right", LabelingWords.ActionExtendRight, ["Shift+ArrowRight"]),
        new("end-left", LabelingWords.ActionEndLeft, ["Ctrl+ArrowLeft"]),
        new("end-right", LabelingWords.ActionEndRight, ["Ctrl+ArrowRight"]),
        new("start-left", LabelingWords.ActionStartLeft, ["Ctrl+Shift+ArrowLeft"]),
        new("start-right", LabelingWords.ActionStartRight, ["Ctrl+Shift+ArrowRight"]),
        new("span-previous", LabelingWords.ActionSpanPrevious, ["ArrowUp"]),
        new("span-next", LabelingWords.ActionSpanNext, ["ArrowDown"]),
        new("span-remove", LabelingWords.ActionSpanRemove, ["Delete"]),
        new("undo", LabelingWords.ActionUndo, ["Ctrl+z", "Backspace"]),
        new("redo", LabelingWords.ActionRedo, ["Shift+Backspace", "Ctrl+Shift+z"]),
        new("skip-menu", LabelingWords.ActionSkip, ["-"]),
        new("flag", LabelingWords.ActionFlag, [","]),
        new("note", LabelingWords.ActionNote, ["."]),
        new("escape", LabelingWords.ActionEscape, ["Escape"]),
        new("draft", LabelingWords.ActionDraft, ["Ctrl+s"]),
        new("guideline", LabelingWords.ActionGuideline, ["F2"]),
        new("help", LabelingWords.ActionHelp, ["?", "F1"]),
    ];

    // what the browser does with these can either not be had by a page or is missed at once
    private static readonly HashSet<string> Browsers =
        [.. "acflnpqrtvwx".Select(c => $"Ctrl+{c}"), .. "nptw".Select(c => $"Ctrl+Shift+{c}"), "Tab", "Shift+Tab", "F5", "F11", "F12"];

    /// <summary>All actions with the keys that act for this person.</summary>
    public static IReadOnlyList<KeyAction> Of(KeySettings settings) =>
        [.. Defaults.Select(a => settings.Changed.TryGetValue(a.Name, out var keys) ? a with { Keys = keys } : a)];

    /// <summary>What is wrong with the settings, in words for the person who pressed the key; null: nothing.</summary>
    public static Said? FaultOf(KeySettings settings)
    {
        foreach (var (name, keys) in settings.Changed)
        {
            if (Defaults.All(a => a.Name != name)) return LabelingWords.KeyForNothing(name);
            if (keys is not { Count: >= 1 and <= MostKeys }) return LabelingWords.KeysNeeded(action: What(name), most: MostKeys);
            foreach (var key in keys.Select(k => k ?? ""))
            {
                if (Browsers.Contains(key)) return LabelingWords.KeyOfTheBrowser(Shown(key));
                if (!Pattern().IsMatch(key))
                    return LabelingWords.KeyUnusable(Shown(key));
            }
        }
        var owners = new Dictionary<string, KeyAction>();
        foreach (var action in Of(settings))
            foreach (var key in action.Keys)
                if (!owners.TryAdd(key, action))
                    return LabelingWords.KeyTwice(key: Shown(key), first: owners[key].What, second: action.What);
        return null;
    }

    public static string Shown(string key) => key.Length == 1
        ? key.ToUpperInvariant()
        : key.Length > 1 && key[^2] == '+' ? key[..^1] + char.ToUpperInvariant(key[^1]) : key;

    private static Said What(string name) => Defaults.First(a => a.Name == name).What;

    [GeneratedRegex(@"^(Ctrl\+)?(Shift\+)?([^\s\p{C}\p{Lu}]|Space|Enter|Escape|Backspace|Delete|Insert|Home|End|PageUp|PageDown|"
        + @"Arrow(Up|Down|Left|Right)|F([1-9]|1\d|2[0-4]))\z")]
    private static partial Regex Pattern();
}
