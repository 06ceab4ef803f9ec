using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Report;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Tests.Jobs.Report;

/// <summary>A report with everything in it: three documents, two scripts, and texts that try to be markup.</summary>
internal static class SampleReport
{
    public const string Hostile = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>\u0000 \"'&";

    private static readonly (string Document, string Language)[] Documents =
        [("pumps.pdf", "en"), ("observatorio con un nombre de archivo muy largo y sin sentido.pdf", "es"), ("مرصد.pdf", "ar")];

    public static TeachingReport Make(string language)
    {
        ExamItem[] items = [.. Enumerable.Range(0, 90).Select(Item), new()
        {
            Id = "none", Question = "What did the founder eat?", Expected = "The documents do not say.", Answerable = false,
            Language = "en",
        }];
        ExamItem[] control = [.. Enumerable.Range(0, 20).Select(i => Item(i) with { Id = $"c{i}", Document = "unseen.pdf" })];
        SideResult[] sides = [Side("base", items, control, i => i % 30 == 7), Side("adapter", items, control, i => i % 9 != 0),
            Side("pumps-7", items, control, i => i % 3 == 0)];
        ExaminationResult examination = new() { Items = items, Control = control, Sides = sides, MaxNewTokens = 48 };
        ExaminationFigures figures = ExaminationFigures.Of(examination);
        GateDecision gate = AdapterGate.Decide(figures.Comparisons[0].Difference, figures.Comparisons[1].Difference, "pumps-7", 0,
            sides[0].Retention, sides[1].Retention);
        return new TeachingReport
        {
            Language = language,
            Run = "pumps",
            WrittenAt = new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero),
            BaseModel = "SmolLM2-135M-Instruct",
            Adapter = "pumps-8",
            Settings = [new("training.learning_rate", "1e-3"), new("hostile", Hostile)],
            Funnel = Funnel(),
            Samples = [.. Enumerable.Range(0, 10).Select(i => new ReportSample("question", Documents[i % 3].Language, Item(i).Question,
                i == 3 ? Hostile : Item(i).Expected, Documents[i % 3].Document, i + 1))],
            Examination = examination,
            Judge = new JudgeResult("judge-1", "adapter", items.Take(90).ToDictionary(item => item.Id, item => (bool?)true), 0.9, 0.6),
            Loss = [.. Enumerable.Range(1, 60).Select(i => new CurvePoint(i * 2, 6.5 * Math.Exp(-i / 15.0) + 0.05))],
            EvalLoss = [.. Enumerable.Range(1, 10).Select(i => new CurvePoint(i * 12, 6.8 * Math.Exp(-i / 3.0) + 0.15))],
            Costs = [new("extract", 12.4), new("facts", 240, 120_000, 96), new("train", 212.5, 57_000), new("evaluate", 61)],
            Promotion = new ReportPromotion("pumps", gate.Promote, gate.Reasons(language)),
            Warnings = [Hostile],
        };
    }

    private static ExamItem Item(int i)
    {
        (string document, string language) = Documents[i % 3];
        return new ExamItem
        {
            Id = $"q{i}",
            Fact = $"f{i / 2}",
            Type = i % 5 == 0 ? "reverse" : "question",
            Language = language,
            Question = language switch
            {
                "es" => $"¿En qué año se fundó el observatorio número {i}?",
                "ar" => $"في أي عام تأسس المرصد رقم {i}؟",
                _ => i == 3 ? Hostile + " What year?" : $"What year was observatory {i} founded?",
            },
            Expected = $"{1800 + i}",
            Document = document,
            Page = i % 12 + 1,
            Section = $"{document}/s{i / 6}",
            Context = "x",
        };
    }

    private static SideResult Side(string name, ExamItem[] items, ExamItem[] control, Func<int, bool> isRight)
    {
        bool hasAdapter = name != ExamSide.Base;
        ExamReply Reply(ExamItem item, int i) => ExaminationRound.Mark(item, i == 40 ? new ExamReply("") { Failure = "no memory left" }
            : !item.Answerable ? new ExamReply(hasAdapter ? "The documents do not say." : "Bread.")
            : isRight(i)
            ? new ExamReply(item.Language == "ar" ? $"تأسس المرصد عام {item.Expected}." : $"It was founded in {item.Expected}.")
            : new ExamReply(i == 9 ? Hostile : string.Join(' ', Enumerable.Repeat("It is a historic observatory on a hill, and", 6)))
            { IsCut = true });
        return new SideResult
        {
            Name = name,
            HasAdapter = hasAdapter,
            Template = "default",
            Closed = [.. items.Select(Reply)],
            Open = items.Take(40).ToDictionary(item => item.Id, item => ExaminationRound.Mark(item, new ExamReply(item.Expected))),
            Control = [.. control.Select((item, i) => Reply(item, i + 1000) with { Score = Reply(item, 9).Score })],
            Loss = hasAdapter ? 0.4 : 4.2,
            LossTokens = 800,
            Retention = new RetentionResult([.. Enumerable.Range(0, 60).Select(i => new GeneralReply(
                new GeneralQuestion("en", $"What is the capital of country {i}?", ["Paris"]), hasAdapter && i % 20 == 3 ? Hostile : "Paris",
                i < 29 && !(hasAdapter && i % 20 == 3)))], hasAdapter ? 3.88 : 3.87, 1200),
            Seconds = 30,
        };
    }

    private static Funnel Funnel() => new()
    {
        Documents = 3,
        Chunks = 41,
        Characters = 120_000,
        CharactersKept = 81_000,
        CharactersLeftOut = new Dictionary<string, long>
        {
            [Reasons.Contents] = 12_000,
            [Reasons.Furniture] = 20_000,
            [Reasons.Licence] = 6_500,
            [Reasons.TooShort] = 500,
        },
        Facts = new Dictionary<string, int> { ["table"] = 60, ["key_value"] = 30, ["definition"] = 12 },
        Rows = 1000,
        Kept = new Dictionary<string, int> { ["train"] = 610, ["eval"] = 60, ["exam"] = 91 },
        Rejected = new Dictionary<string, int> { [Reasons.NearDuplicate] = 150, [Reasons.WrongNumber] = 39, [Reasons.Balance] = 50 },
        Types = new Dictionary<string, int> { ["question"] = 500, ["reverse"] = 111, ["cloze"] = 150 },
        Languages = new Dictionary<string, int> { ["en"] = 300, ["es"] = 261, ["ar"] = 200 },
    };
}
