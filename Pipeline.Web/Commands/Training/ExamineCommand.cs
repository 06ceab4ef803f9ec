using System.CommandLine;
using System.Globalization;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Report;
using Pipeline.Models;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;
using Pipeline.Models.Families;
using Pipeline.Models.Quantization;
using Pipeline.Web.Commands.Generation;

namespace Pipeline.Web.Commands.Training;

/// <summary>
/// <c>examine --model DIR [--adapter DIR] --exam FILE</c>: what a model knows, base against adapter, on questions in wordings never
/// trained.
/// </summary>
internal sealed class ExamineCommand
{
    private const int Shown = 5;

    private readonly ModelOptions _models = new();
    private readonly Option<string> _exam = new("--exam")
    {
        Description = "Questions: JSON Lines with question and answer (and answers, parts, context, document, page, section, type, "
            + "language, answerable), or rows of a dataset",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string?> _control = new("--control")
    {
        Description = "Questions about documents that no one was trained on",
        HelpName = "FILE",
    };
    private readonly Option<string?> _current = new("--current")
    {
        Description = "Adapter in service, to compare with as well",
        HelpName = "DIR",
    };
    private readonly Option<bool> _open = new("--open-book")
    {
        Description = "Ask once more with the context of each question: the upper bound",
    };
    private readonly Option<bool> _noRetention = new("--no-retention") { Description = "Do not measure general knowledge" };
    private readonly Option<string[]> _languages = new("--retention-languages")
    {
        Description = "Languages of the general questions (default: all)",
        HelpName = "en",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };
    private readonly Option<int> _batch = new("--batch") { Description = "Questions at a time", DefaultValueFactory = _ => 16 };
    private readonly Option<int> _tokens = new("--max-new-tokens") { Description = "Longest reply", DefaultValueFactory = _ => 48 };
    private readonly Option<string?> _report = new("--report") { Description = "File for the report as HTML", HelpName = "FILE.html" };
    private readonly Option<string> _language = new("--report-language")
    {
        Description = "Language of the report: en or es",
        DefaultValueFactory = _ => "en",
    };
    private readonly Option<bool> _json = new("--json") { Description = "End with the examination as one JSON object on the last line" };

    private ExamineCommand() { }

    public static Command Create()
    {
        ExamineCommand examine = new();
        Command command = new("examine", "Ask a model, with and without an adapter, questions that it was never trained on")
        {
            examine._exam, examine._control, examine._current, examine._open, examine._noRetention, examine._languages, examine._batch,
            examine._tokens, examine._report, examine._language, examine._json,
        };
        examine._models.AddTo(command);
        command.SetAction((parsed, stopping) => Task.Run(() => examine.Run(parsed, stopping), CancellationToken.None));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken stopping)
    {
        string language = parsed.GetRequiredValue(_language);
        if (!TeachingReport.Languages.Contains(language))
            throw new InputException($"--report-language {language}: expected {string.Join(" or ", TeachingReport.Languages)}");
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        IReadOnlyList<ExamItem> items = ExamFile.Read(parsed.GetRequiredValue(_exam));
        IReadOnlyList<ExamItem> control = parsed.GetValue(_control) is { } file
            ? [.. ExamFile.Read(file).Select((item, i) => item with { Id = $"control-{i + 1}" })] : [];
        if (parsed.GetValue(_open) && !items.Any(item => item.Context.Length > 0))
            throw new InputException($"--open-book: no question of {parsed.GetRequiredValue(_exam)} has a 'context'; give the text that "
                + "answers it, or leave the option out");
        ExaminationOptions options = new()
        {
            Template = parsed.GetValue(_models.Template),
            BatchSize = EvalCommand.AtLeast(1, parsed.GetValue(_batch), _batch.Name),
            MaxNewTokens = EvalCommand.AtLeast(1, parsed.GetValue(_tokens), _tokens.Name),
            OpenBook = parsed.GetValue(_open),
            OpenBookItems = int.MaxValue,
            Retention = !parsed.GetValue(_noRetention),
            RetentionLanguages = parsed.GetValue(_languages)!,
            Progress = Console.IsErrorRedirected ? null : (done, all) => error.Write($"\r{done} of {all}   {(done == all ? "\n" : "")}"),
        };
        List<ExamSide> sides = [new(ExamSide.Base, null)];
        if (parsed.GetValue(_models.Adapter) is { } adapter) sides.Add(new("adapter", adapter));
        if (parsed.GetValue(_current) is { } current) sides.Add(new("current", current));
        using LanguageModel model = _models.LoadModel(parsed, QuantizedStorage.Trainable);
        ExaminationResult result = Examiner.Examine(model, sides, items, control, options, stopping);
        ExaminationFigures figures = ExaminationFigures.Of(result);
        Show(result, figures, output);
        if (parsed.GetValue(_report) is { } path)
        {
            WriteReport(path, ReportOf(parsed, result, figures, language));
            output.WriteLine($"written: {path}");
        }
        if (parsed.GetValue(_json)) output.WriteLine(ExaminationJson.Write(result));
        return ExitCodes.Success;
    }

    private static void Show(ExaminationResult result, ExaminationFigures figures, TextWriter output)
    {
        foreach (string warning in result.Warnings) output.WriteLine($"warning: {warning}");
        foreach (SideFigures side in figures.Sides)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{side.Name,-8} right {Words(side.Right)}  "
                + $"exact {side.Exact.Count}  "
                + $"token F1 {side.TokenF1:F3}  ROUGE-L {side.RougeL:F3}  chrF {side.ChrF:F3}")
                + Optional("open book", side.OpenBook) + Optional("control", side.Control) + Optional("refused", side.Refused)
                + Optional("falsely refused", side.FalselyRefused.Count == 0 ? new Proportion(0, 0) : side.FalselyRefused));
            if (result.Side(side.Name).Retention is { } known)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{"",-8} general questions {known.Right} of {known.Asked}, loss of general prose {known.Loss:F3}"));
        }
        foreach (SideComparison comparison in figures.Comparisons)
        {
            Verdict verdict = Verdict.Of(comparison.Difference);
            output.WriteLine(verdict.InWords(comparison.With == ExamSide.Base ? "the base model" : comparison.With));
            foreach (string caution in verdict.Cautions()) output.WriteLine($"warning: {caution}");
        }
        foreach ((ExamItem item, int i) in result.Items.Select((item, i) => (item, i)).Take(Shown))
        {
            output.WriteLine($"\nquestion: {item.Question}\nexpected: {item.Expected}");
            foreach (SideResult side in result.Sides)
                output.WriteLine($"{side.Name + ":",-9} "
                    + (side.Closed[i].Failure is { } failure ? $"(failed: {failure})" : side.Closed[i].Text));
        }
    }

    private TeachingReport ReportOf(ParseResult parsed, ExaminationResult result, ExaminationFigures figures, string language)
    {
        SideComparison? overBase = figures.Comparisons.FirstOrDefault(c => c.With == ExamSide.Base);
        SideComparison? overCurrent = figures.Comparisons.FirstOrDefault(c => c.With != ExamSide.Base);
        RetentionResult? known = result.Side(ExamSide.Base).Retention;
        GateDecision? gate = overBase is null || known is null ? null : AdapterGate.Decide(overBase.Difference, overCurrent?.Difference,
            overCurrent?.With, 0, known, result.Side(overBase.Side).Retention);
        string model = parsed.GetRequiredValue(_models.Model);
        return new TeachingReport
        {
            Language = language,
            Run = Path.GetFileNameWithoutExtension(parsed.GetRequiredValue(_exam)),
            WrittenAt = DateTimeOffset.UtcNow,
            BaseModel = NameOf(model),
            Adapter = parsed.GetValue(_models.Adapter) is { } adapter ? NameOf(adapter) : null,
            Examination = result,
            Promotion = gate is null ? null : new ReportPromotion(null, gate.Promote, gate.Reasons(language)),
            Costs = [.. result.Sides.Select(side => new StageCost($"examine {side.Name}", side.Seconds))],
            Settings =
            [
                new("model", model), new("adapter", parsed.GetValue(_models.Adapter) ?? "–"), new("exam", parsed.GetRequiredValue(_exam)),
                new("template", result.Sides[0].Template),
                new("max_new_tokens", result.MaxNewTokens.ToString(CultureInfo.InvariantCulture)),
            ],
        };
    }

    private static void WriteReport(string path, TeachingReport report)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        using FileStream file = File.Create(path);
        ReportHtml.Write(report, file);
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static string Words(Proportion share) => string.Create(CultureInfo.InvariantCulture,
        $"{share.Count} of {share.Total} ({share.Low * 100:F0} to {share.High * 100:F0} %)");

    private static string Optional(string name, Proportion share) => share.Total == 0 ? "" : $"  {name} {share.Count} of {share.Total}";
}
