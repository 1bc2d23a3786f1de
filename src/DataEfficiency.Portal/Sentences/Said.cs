using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Resources;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Sentences;

/// <summary>
/// A sentence that is to be said: which one, and what its placeholders stand for. It becomes words where it is shown, in the language of
/// whoever reads it; kept and sent, it is its key and its arguments. The classes "...Words" make these from their ".resx".
/// </summary>
/// <param name="room">The resource: "Importing.ImportingWords".</param>
[JsonConverter(typeof(SaidConverter))]
public sealed partial class Said(string room, string key, params (string Name, object? Value)[] arguments)
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    private static readonly ConcurrentDictionary<(string Room, CultureInfo Language), ResourceSet?> Books = [];

    /// <summary>Words that somebody else has said.</summary>
    public static Said Of(string words) => new("", words);

    public string Room => room;

    public string Key => key;

    /// <summary>The sentence's name for programs: "file-is-empty".</summary>
    public string Name => JsonNamingPolicy.KebabCaseLower.ConvertName(key);

    public IReadOnlyDictionary<string, object?> Arguments { get; } = arguments.ToDictionary(a => a.Name, a => a.Value);

    /// <summary>The arguments for programs: numbers and text.</summary>
    public IReadOnlyDictionary<string, object?> PlainArguments => Arguments.ToDictionary(a => a.Key, a => StoredSaid.Plain(a.Value));

    /// <summary>Whether there are words for it: not where it was stored by another program.</summary>
    internal bool Exists => Book(room, CultureInfo.InvariantCulture)?.GetString(key) is not null;

    /// <summary>A room's sentences as they are written, for a script that says them itself: in the reader's language, where it has
    /// them.</summary>
    public static IReadOnlyDictionary<string, string> PatternsOf(string room) => Book(room, CultureInfo.InvariantCulture)!
        .Cast<DictionaryEntry>().Select(e => (string)e.Key).ToDictionary(key => key, key => new Said(room, key).Find().Pattern);

    [return: NotNullIfNotNull(nameof(said))]
    public static implicit operator string?(Said? said) => said?.ToString();

    /// <summary>The words, in the language of the current thread; a language without this sentence has the English one.</summary>
    public override string ToString()
    {
        if (room.Length == 0) return key;
        var (pattern, language) = Find();
        return new MessagePattern(pattern, Arguments, language, CultureInfo.CurrentCulture).ToString();
    }

    /// <summary>The words in English, whoever reads: for files that programs read.</summary>
    public string InEnglish() => room.Length == 0 ? key
        : new MessagePattern(OfEnglish(), Arguments, English, CultureInfo.InvariantCulture).ToString();

    // the language of the words that were found decides about plural forms, not the language that was asked for
    private (string Pattern, CultureInfo Language) Find()
    {
        for (var language = CultureInfo.CurrentUICulture; language.Name.Length > 0; language = language.Parent)
            if (Book(room, language)?.GetString(key) is { } own) return (OneLine(own), language);
        return (OfEnglish(), English);
    }

    private string OfEnglish() => OneLine(Book(room, CultureInfo.InvariantCulture)?.GetString(key)
        ?? throw new InvalidOperationException($"There is no sentence {key} in {room}."));

    private static ResourceSet? Book(string room, CultureInfo language) => Books.GetOrAdd((room, language), book =>
    {
        try
        {
            return new ResourceManager($"{typeof(PortalHost).Namespace}.{book.Room}", typeof(Said).Assembly)
                .GetResourceSet(book.Language, createIfNotExists: true, tryParents: false);
        }
        catch (MissingManifestResourceException)
        {
            return null;
        }
    });

    // a long sentence is written over several lines
    private static string OneLine(string text) => text.Contains('\n') ? LineEnd().Replace(text, " ") : text;

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex LineEnd();
}
