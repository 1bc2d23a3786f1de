using System.Text.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>What a mapped row must meet to come into a given project: its answer is known, its text is new. Counts as it goes.</summary>
/// <param name="project">Whose rules an answer has to fit.</param>
/// <param name="labels">Rows of earlier tries that brought a label.</param>
internal sealed class RowChecks(ColumnMapping mapping, Project project, AnswerSet answers, KnownTexts known, int labels = 0)
{
    private static readonly (IReadOnlyList<string>, IReadOnlyList<PoolAnswer>, RowFault?) None = ([], [], null);

    public ColumnMapping Mapping => mapping;

    public ITaskKind Kind => answers.Kind;

    /// <summary>Rows so far that bring a label or a skip.</summary>
    public int Labels { get; private set; } = labels;

    /// <summary>Of a file with a row for each answer: the further ones.</summary>
    public LaterRows? Later { get; set; }

    /// <summary>The row to add, or null; and what is to be reported, which a row that is added can have too.</summary>
    public (PoolRow? Row, RowFault? Fault) Check((MappedRow? Row, RowFault? Fault) mapped, Import counts)
    {
        if (mapped.Row is not { } row)
        {
            counts.Bad++;
            return (null, mapped.Fault);
        }
        if (Later?.IsLater(row) == true)
        {
            // what it says has gone to the first one of its text
            if (Found(row).Fault is not { } wrong) return (null, null);
            if (mapping.Use == AnswerUse.Labels) counts.Bad++;
            return (null, wrong);
        }
        row = Later?.Whole(row) ?? row;
        var (gold, given, fault) = Found(row);
        if (row.Gold.Count > 0)
        {
            // what the portal's own lines keep hidden stays so, whatever people answered
            var (hidden, wrong) = Hidden(row.Gold);
            if (wrong is null) gold = hidden;
            fault ??= wrong;
        }
        if (fault is not null && mapping.Use == AnswerUse.Labels)
        {
            counts.Bad++;
            if (given.Count == 0) return (null, fault);
        }
        if (known.LineOf(row) is { } line)
        {
            counts.Duplicates++;
            if (!mapping.KeepDuplicates)
                return (null, new(RowFault.Duplicate, ImportingWords.SameTextNotAdded(line), mapping.TextColumns[0]));
            fault ??= new(RowFault.Duplicate, ImportingWords.SameTextAdded(line), mapping.TextColumns[0]);
        }
        if (known.LineOfId(row) is { } other)
            fault ??= new(RowFault.Duplicate, ImportingWords.SameIdAdded(id: Excerpt.Of(row.ExternalId!), line: other), mapping.Id);
        if (row.People?.FirstOrDefault(p => p.Replaces) is { } again)
            fault ??= new(RowFault.Duplicate, ImportingWords.AnsweredAgain(again.By), mapping.Answer);
        if (given.Count > 0) Labels++;
        return (new PoolRow(row, gold, given), fault);
    }

    private (IReadOnlyList<string> Gold, IReadOnlyList<PoolAnswer> Given, RowFault? Fault) Found(MappedRow row)
    {
        if (mapping.Use == AnswerUse.Ignore) return None;
        if (mapping.Use == AnswerUse.HiddenGold)
        {
            var (right, wrong) = Gold(row);
            return (right, [], wrong);
        }
        if (row.People is { } people) return Given(row, people);
        var (_, answer, fault) = Answers(row);
        return ([], answer is null ? [] : [new(new PersonAnswer(null, row.Line), answer)], fault);
    }

    // one of several who cannot be read refuses the row that all of them stand in, and of a row for each only that one
    private (IReadOnlyList<string>, IReadOnlyList<PoolAnswer>, RowFault?) Given(MappedRow row, IReadOnlyList<PersonAnswer> people)
    {
        List<PoolAnswer> given = [];
        RowFault? fault = null;
        foreach (var person in people)
        {
            var (_, answer, wrong) = person.IsSkip ? ([], null, null) : Answers(Of(row, person));
            if (wrong is null)
            {
                if (person.IsSkip || answer is not null) given.Add(new(person, answer));
            }
            else if (!mapping.HasRowPerAnswer)
                return ([], [], person.By is null ? wrong
                    : wrong with { Reason = ImportingWords.OfPerson(by: person.By, reason: wrong.Reason) });
            else if (person.Line == row.Line) fault = wrong;
        }
        return ([], given, fault);
    }

    /// <summary>What is right by the rule that decides a project's own items, where several people answered.</summary>
    private (IReadOnlyList<string> Gold, RowFault? Fault) Gold(MappedRow row)
    {
        if (row.People is null || mapping.People == PeopleIn.Native) return Right(row);
        var people = row.People.Where(p => !p.IsSkip).ToList();
        if (people.Count < 2) return people.Count == 0 ? ([], null) : Right(Of(row, people[0]));
        List<Answer> heard = [];
        RowFault? fault = null;
        foreach (var person in people)
        {
            var (_, answer, wrong) = Answers(Of(row, person));
            if (answer is not null) heard.Add(new Answer { AnswerJson = answer.Json, LabelId = answer.LabelId, AnswerText = answer.Text });
            else if (person.Line == row.Line) fault ??= wrong;
        }
        return FinalAnswers.Decide(answers.Kind, MergedLabels.None, heard) switch
        {
            { AnswerText: { } agreed } => ([agreed], fault), null => ([], fault),
            _ => ([], new(RowFault.SeveralAnswers, ImportingWords.PeopleDisagree(heard.Count), mapping.Answer)),
        };
    }

    private (IReadOnlyList<string> Gold, RowFault? Fault) Hidden(IReadOnlyList<string> texts)
    {
        if (answers.Labels.Count == 0 || answers.Kind.Shape != AnswerShape.Whole) return (texts, null);
        var unknown = texts.FirstOrDefault(t => answers.Find(t) is null);
        return unknown is null ? ([.. texts.Select(t => answers.Find(t)!.AnswerText)], null)
            : ([], new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: AnswerUse.HiddenGold, answer: Excerpt.Of(unknown)),
                "gold"));
    }

    private (IReadOnlyList<string> Gold, RowFault? Fault) Right(MappedRow row)
    {
        var (gold, _, fault) = Answers(row);
        return (gold, fault);
    }

    private static MappedRow Of(MappedRow row, PersonAnswer person) => row with
    {
        Answers = person.Answers, Spans = person.Spans, SaysNone = person.SaysNone,
    };

    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Answers(MappedRow row)
    {
        if (answers.Kind.IsSet && (row.SaysNone || row.Answers is [var only] && only == MultiLabel.None && answers.Find(only) is null))
            return Read(row, new { labels = Array.Empty<int>() });
        if (mapping.Marked) return Marked(row);
        if (row.Answers.Count == 0) return ([], null, null);
        if (answers.IsOpen) return (row.Answers, answers.Kind.Imported([], row.Answers[0]), null);
        var named = row.Answers.Select(value => (Value: value, Label: answers.Find(value))).ToList();
        var found = named.Select(n => n.Label).OfType<Label>().Distinct().ToList();
        if (!answers.Kind.IsSet && mapping.Use == AnswerUse.Labels && found.Count > 1)
            return ([], null, new(RowFault.SeveralAnswers, ImportingWords.SeveralAnswers(found.Count), mapping.Answer));
        // one value of several that is no label makes another set; of right answers the others stay right
        if (found.Count == 0 || answers.Kind.IsSet && named.Any(n => n.Label is null))
            return ([], null, new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: mapping.Use,
                answer: Excerpt.Of(named.First(n => n.Label is null).Value)), mapping.Answer));
        var answer = answers.Kind.Imported(found, row.Answers[0]);
        return (answers.Kind.IsSet ? [answer.Text] : [.. found.Select(l => l.AnswerText)], answer, null);
    }

    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Marked(MappedRow row)
    {
        if (row.Spans is null && !row.SaysNone) return ([], null, null);
        var spans = (row.Spans ?? []).Where(s => !answers.LeavesOut(s.Label))
            .Select(s => (s.Start, s.End, s.Label, Found: answers.Find(s.Label)
                ?? (mapping.Format.Kind == FileKind.Conll ? answers.FindTag(s.Label) : null))).ToList();
        if (spans.Find(s => s.Found is null) is { Label: not null } unknown)
            return ([], null, new(RowFault.UnknownAnswer, ImportingWords.UnknownAnswer(use: mapping.Use, answer: Excerpt.Of(unknown.Label)),
                mapping.Answer));
        return Read(row, new { spans = spans.Select(s => new { start = s.Start, end = s.End, label = s.Found!.Id }) });
    }

    /// <summary>As an editor would send it: the project's own rules hold for what a file brings too.</summary>
    private (IReadOnlyList<string> Gold, ReadAnswer? Answer, RowFault? Fault) Read(MappedRow row, object answer)
    {
        var (read, problem) = answers.Kind.Read(project, answers.Labels, row.Text, JsonSerializer.SerializeToElement(answer),
            ImportLimits.AnswerCharacters);
        return problem is null ? ([read!.Text], read, null) : ([], null, new(RowFault.BadAnswer, problem, mapping.Answer));
    }
}
