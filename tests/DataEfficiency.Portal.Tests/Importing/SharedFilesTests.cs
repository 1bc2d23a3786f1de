using DataEfficiency.Portal.Importing;
using Xunit;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>The files people reported, and every data set that lies beside the repository: all of their rows are read.</summary>
public sealed class SharedFilesTests
{
    private const string Reported = "cases/reported/";

    [FixtureTheory(Reported)]
    [InlineData("F01-tsv-leading-quote.tsv",
        "Kettle arrived warm|\"Best toaster so far|Lid is loose|\"Never again from this shop|Works as told")]
    [InlineData("F03-csv-backslash-quotes.csv", "Plain row")]
    [InlineData("F04-excel-sep-line.csv", "Kettle is cold|Lid is loose|Box was wet")]
    [InlineData("F04-excel-sep-line-two-columns.csv", "Kettle is cold|Lid is loose")]
    [InlineData("F07-object-with-data-array.json", "kettle is cold|lid is loose|box was wet")]
    [InlineData("F08-array-of-strings.json", "kettle is cold, again|lid is loose|box was wet")]
    [InlineData("F11-first-sheet-hidden.xlsx", "kettle is cold|lid is loose")]
    [InlineData("F12-workbook-part-other-name.xlsx", "kettle is cold|lid is loose")]
    public void Reported_File_GivesTheTextsThatAreInIt(string name, string texts) =>
        Assert.Equal(texts.Split('|'), ReadFile.Mapped(Find(Reported + name), name).Select(m => m.Text));

    [FixtureTheory(Reported)]
    [InlineData("F14-numbers-17-digits.xlsx", "2.2|0.6|3")]
    [InlineData("F15-F16-times-durations-dates.xlsx", "06:30|0:00|40:00|1900-01-01|1900-02-15|2026-03-05|2026-03-05|2026-03-05")]
    public void Reported_Workbook_ShowsWhatExcelShows(string name, string answers) =>
        Assert.Equal(answers.Split('|'), ReadFile.Mapped(Find(Reported + name), name).Select(m => m.Answer));

    [FixtureFact(Reported + "F17-encrypted-workbook-head-only.xlsx")]
    public void Reported_EncryptedWorkbook_IsProtectedByAPassword() =>
        Assert.Contains("is protected by a password", ReadFile.Refusal(Find(Reported + "F17-encrypted-workbook-head-only.xlsx")));

    [FixtureFact("data/sms_spam/SMSSpamCollection")]
    public void Data_EveryFile_IsReadWithoutAnError()
    {
        var files = Directory.GetFiles(FixtureFactAttribute.PathOf("data"), "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("README.md", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(files);
        Assert.All(files, path =>
        {
            var bytes = File.ReadAllBytes(path);
            var file = ReadFile.Of(bytes, Path.GetFileName(path));
            Assert.DoesNotContain(file.Rows, r => r.Fault is not null);
            Assert.Equal(file.Rows.Count, ReadFile.Mapped(bytes, Path.GetFileName(path)).Count);
        });
    }

    [FixtureFact("data/clinc150/data_imbalanced.json")]
    public void Data_KnownSets_HaveTheirRowsAndAnswers()
    {
        (int Rows, int Answers) Count(string path)
        {
            var mapped = ReadFile.Mapped(Find(path), Path.GetFileName(path));
            return (mapped.Count, mapped.SelectMany(m => m.Answers).Distinct().Count());
        }

        Assert.Equal((10_525, 150), Count("data/clinc150/data_imbalanced.json"));
        Assert.Equal((5_574, 2), Count("data/sms_spam/SMSSpamCollection"));
        Assert.Equal((8_016, 2), Count("data/fig_qa/train_xl.csv"));
        Assert.Equal((181, 2), Count("data/bigbench/snarks.json"));
        Assert.Equal((178, 2), Count("data/bbh/snarks.json"));
        var questions = ReadFile.Mapped(Find("data/webquestions/trainmodel.json"), "trainmodel.json");
        Assert.Equal(2_834, questions.Count);
        Assert.Contains(questions, q => q.Answers.Count > 3);
    }

    private static byte[] Find(string relative) => File.ReadAllBytes(FixtureFactAttribute.PathOf(relative));
}
