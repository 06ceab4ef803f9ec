using System.Globalization;
using Lingua;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Tools.Benchmarks;

namespace Pipeline.Tests.Jobs.Dataset.Verify;

/// <summary>Known faults, put into right rows about planted facts.</summary>
internal static class PlantedFaults
{
    private static readonly Lazy<LanguageDetector> Detector = new(() =>
        LanguageDetectorBuilder.FromLanguages(Language.English, Language.Spanish,
        Language.German, Language.French, Language.Portuguese, Language.Italian).WithMinimumRelativeDistance(0.05).Build());

    private static readonly Lock Gate = new();

    public static IReadOnlyList<string> Kinds { get; } =
    [
        "wrong number", "number of another fact", "wrong name", "wrong subject", "wrong language", "duplicate", "near duplicate",
        "ungrounded", "empty",
        "answer in question", "not self-contained", "contradiction",
    ];

    public static SyntheticLanguage LanguageOf(string code) => SyntheticLanguage.All.Single(l => l.Code == code);

    public static bool LanguageMatches(string text, string language)
    {
        lock (Gate)
            return Detector.Value.DetectLanguageOf(text) is Language found && (found == Language.Unknown || Code(found) == language);
    }

    /// <summary>The row with a fault of a kind; null where the row cannot have it.</summary>
    public static Row? Inject(string kind, SyntheticRow good, IReadOnlyList<SyntheticRow> all, int number)
    {
        if (good.Fact is not SyntheticFact fact || good.Row.Type != RowType.Question)
            return null;
        Row row = good.Row;
        Random random = new(number);
        SyntheticLanguage other = SyntheticLanguage.All[(SyntheticLanguage.All.ToList().IndexOf(good.Language) + 1 + random.Next(5)) % 6];
        switch (kind)
        {
            case "wrong number" when !fact.IsNamed:
                return Answered(row, fact, (random.Next(1000, 9000) + 0.5).ToString(CultureInfo.InvariantCulture)
                    + fact.Value[fact.Value.LastIndexOf(' ')..]);
            case "number of another fact" when !fact.IsNamed:
                SyntheticFact[] others = [.. all.Where(r => r.Chunk.Id == good.Chunk.Id && r.Fact is { IsNamed: false } f
                    && Figures(f) != Figures(fact))
                    .Select(r => r.Fact!).Distinct()];
                return others.Length == 0 ? null : Answered(row, fact, others[random.Next(others.Length)].Value);
            case "wrong name" when fact.IsNamed:
                return Answered(row, fact, $"{SyntheticRows.Name(random)} {fact.Value.Split(' ')[1]}");
            case "wrong subject" when row.Answer.Contains(fact.Subject, StringComparison.Ordinal):
                return Hashed(row with
                {
                    Messages = [row.Messages[0], new("assistant",
                    row.Answer.Replace(fact.Subject, SyntheticRows.Name(random) + fact.Subject[fact.Subject.LastIndexOf(' ')..],
                        StringComparison.Ordinal))]
                });
            case "wrong language":
                return With(row, SyntheticRows.Fill(other.Questions[random.Next(3)], ("{s}", fact.Subject),
                    ("{a}", other.Attributes[random.Next(8)])),
                    SyntheticRows.Fill(other.Answers[1], ("{s}", fact.Subject), ("{a}", other.Attributes[random.Next(8)]),
                        ("{v}", fact.Value)));
            case "duplicate":
                return With(row, row.Question + " ", row.Answer.TrimEnd('.') + ".") with
                {
                    Chunk = "elsewhere",
                    Generator = row.Generator with { Wording = "z" }
                };
            case "near duplicate" when fact.Title.Length + row.Question.Length > 60:
                return With(row, row.Question.Insert(row.Question.IndexOf(' ', row.Question.Length / 2), ","), row.Answer) is { } near
                    ? With(near, near.Question + " OK?", near.Answer) : null;
            case "ungrounded":
                return With(row, row.Question, good.Language.Unrelated[random.Next(3)], random.Next(2) == 0 ? good.Language.Unrelated[0]
                    : null);
            case "empty":
                return With(row, random.Next(4) == 0 ? " " : row.Question, random.Next(2) == 0 ? "" : " …\n");
            case "answer in question":
                return With(row, SyntheticRows.Fill(good.Language.Cloze.Replace("___", fact.Value, StringComparison.Ordinal) + "?",
                    ("{s}", fact.Subject), ("{a}", fact.Attribute)),
                    random.Next(2) == 0 ? fact.Value : row.Answer);
            case "not self-contained":
                return With(row, SyntheticRows.Fill(good.Language.Pointing[random.Next(good.Language.Pointing.Length)],
                    ("{s}", fact.Subject), ("{a}", fact.Attribute)),
                    row.Answer);
            case "contradiction":
                // Another chunk says otherwise, so that the row is right for itself.
                SyntheticRow[] elsewhere = [.. all.Where(r => r.Chunk.Id != good.Chunk.Id && r.Fact is { } f && f.IsNamed == fact.IsNamed
                    && (f.IsNamed || Figures(f) != Figures(fact)) && f.Value != fact.Value)];
                SyntheticFact wrong = elsewhere[random.Next(elsewhere.Length)].Fact!;
                return Answered(row, fact, wrong.Value) with
                {
                    Evidence = fact.Evidence.Replace(fact.Value, wrong.Value,
                    StringComparison.Ordinal)
                };
            default:
                return null;
        }
    }

    private static string Figures(SyntheticFact fact) => string.Concat(fact.Value.Where(char.IsAsciiDigit));

    private static Row Answered(Row row, SyntheticFact fact, string value) =>
        With(row, row.Question, row.Answer.Contains(fact.Value, StringComparison.Ordinal)
            ? row.Answer.Replace(fact.Value, value, StringComparison.Ordinal) : value, value);

    private static Row With(Row row, string question, string answer, string? expected = null) => Hashed(row with
    {
        Messages = [new("user", question), new("assistant", answer)],
        Expected = expected ?? row.Expected,
    });

    private static Row Hashed(Row row) => RowHash.WithHash(row);

    private static string Code(Language language) => language switch
    {
        Language.English => "en",
        Language.Spanish => "es",
        Language.German => "de",
        Language.French => "fr",
        Language.Portuguese => "pt",
        Language.Italian => "it",
        _ => "und",
    };
}
