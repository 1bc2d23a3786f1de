using System.Globalization;
using System.Reflection;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Prompts;
using Xunit;

namespace DataEfficiency.Portal.Tests.Sentences;

/// <summary>The compiler sees to keys and arguments; that each sentence can be said is seen here.</summary>
public sealed class EverySentenceTests
{
    private static readonly object?[] Arguments = [0, 1, 2.5, 1200, "word", null, new Figure(1, "~1")];

    public static TheoryData<string> EveryLanguage => [.. Languages.All];

    [Theory]
    [MemberData(nameof(EveryLanguage))]
    public void EverySentence_WithAnyArgument_HasWords(string language)
    {
        var (before, said) = (CultureInfo.CurrentUICulture, 0);
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        try
        {
            said = SayAll();
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
        Assert.True(said > 500, $"{said}");
    }

    private static int SayAll()
    {
        var said = 0;
        foreach (var member in Members())
            foreach (var argument in Arguments)
            {
                try
                {
                    // a sentence may be no more than what it is given
                    Assert.False(argument is not null && string.IsNullOrWhiteSpace(Say(member, argument)), member.Name);
                    said++;
                }
                // what is counted is a number
                catch (FormatException) when (argument is string) { }
            }
        return said;
    }

    [Fact]
    public void Sentence_StoredAndRead_SaysTheSame()
    {
        var said = ImportingWords.TextLongerThanKiB(64);
        var stored = said.ToJson();
        Assert.Equal(said.ToString(), StoredSaid.Words(stored));
        Assert.Equal(64L, Convert.ToInt64(StoredSaid.ArgumentsOf(stored)!["kibibytes"]));
        Assert.Equal("Words of an older portal.", StoredSaid.Words("Words of an older portal."));
        Assert.Null(StoredSaid.ArgumentsOf("Words of an older portal."));
    }

    [Fact]
    public void Failure_OfTheEngineThread_IsReadByEachInTheirLanguage()
    {
        var (before, stored) = (CultureInfo.CurrentUICulture, EngineFailure.Stored(new InvalidOperationException()));
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("de");
            Assert.Equal("Die Engine ist fehlgeschlagen (InvalidOperationException); Näheres steht im Protokoll.",
                StoredSaid.Words(stored));
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("ja");
            Assert.StartsWith("エンジンでエラーが起きました", StoredSaid.Words(stored));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    // what to do is said in the reader's language, what exactly is wrong in the engine's
    [Theory]
    [InlineData("de", ModelFault.Missing, "Eine Datei des Modells fehlt: Laden Sie das Modell neu, oder vervollständigen Sie seinen "
        + "Ordner. Auf Englisch: m/config.json is missing.")]
    [InlineData("de", ModelFault.Other, "Die Engine meldet einen Fehler. Auf Englisch: m/config.json is missing.")]
    [InlineData("ja", ModelFault.Memory, "空きメモリが足りません。小さいモデルを使うか、アダプターを学習してください。（英語：m/config.json is missing.）")]
    [InlineData("en", ModelFault.Damaged, "A file of the model is damaged or cut off: pull the model again. m/config.json is missing.")]
    [InlineData("en", ModelFault.Other, "m/config.json is missing.")]
    public void Mistake_OutsideTheProgram_SaysWhatToDo(string language, ModelFault fault, string said)
    {
        var before = CultureInfo.CurrentUICulture;
        // as a check passes on what its training refuses
        var stored = EngineFailure.Stored(new ModelException("m/config.json is missing.", new ModelException(fault, "inside")));
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            Assert.Equal(said, StoredSaid.Words(stored));
            Assert.EndsWith(language == "de" ? "bis eine zweite vorkommt. Auf Englisch: All." : "All.",
                StoredSaid.Words(EngineFailure.Stored(new CheckRefusedException(CheckRefusal.OneAnswer, "All."))).TrimEnd('）'));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    private static Said Say(MemberInfo member, object? argument) => (Said)(member is PropertyInfo property ? property.GetValue(null)
        : ((MethodInfo)member).Invoke(null, [.. ((MethodInfo)member).GetParameters().Select(_ => argument)]))!;

    internal static IEnumerable<MemberInfo> Members() => typeof(Said).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Words", StringComparison.Ordinal) && t is { IsAbstract: true, IsSealed: true })
        .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(m => m is PropertyInfo { PropertyType.Name: nameof(Said) }
            or MethodInfo { IsSpecialName: false, ReturnType.Name: nameof(Said) });

    [Fact]
    public void FilesForPrograms_NameARemovedPersonInEnglish_WhoeverAsks()
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("ja");

            Assert.Equal("(removed)", Portal.Export.ExportWords.RemovedPerson.InEnglish());
            Assert.NotEqual("(removed)", Portal.Export.ExportWords.RemovedPerson.ToString());
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
