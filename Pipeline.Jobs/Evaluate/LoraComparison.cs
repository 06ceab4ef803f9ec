using Microsoft.Extensions.Logging;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Jobs.Evaluate;

/// <summary>The evaluation stage, using <see cref="AdapterComparison"/>.</summary>
internal sealed class LoraComparison(ILogger<LoraComparison> logger) : IAdapterComparison
{
    public string Version => $"2/{Examiner.Version}";

    public ComparisonOutcome Compare(
        string baseModel, string adapter, string examples, TrainingArguments training, EvaluationOptions options, Action<int, int> progress,
        CancellationToken ct)
    {
        using LanguageModel model = LanguageModel.Load(baseModel, new ModelLoadOptions { Device = training.Device });
        ComparisonResult result = AdapterComparison.Compare(model, adapter, InstructionDataset.Load(examples),
            Options(training) with { Generations = options.Generations, MaxNewTokens = options.MaxNewTokens, Progress = progress }, ct);
        return new ComparisonOutcome(
            result.Base.Loss, result.Adapter!.Loss, result.Base.Examples, result.Base.TargetTokens,
            [.. result.Generations.Select(g =>
                new ComparisonOutcome.Answer(g.Example.Instruction, g.Example.Input, g.Example.Output, g.Base, g.Adapter ?? ""))]);
    }

    public (double Loss, long Tokens) Measure(
        string baseModel, string adapter, string examples, TrainingArguments training, CancellationToken ct)
    {
        using LanguageModel model = LanguageModel.Load(baseModel, new ModelLoadOptions { Device = training.Device });
        LossResult result = AdapterComparison.Measure(model, adapter, InstructionDataset.Load(examples), Options(training), ct);
        return (result.Loss, result.TargetTokens);
    }

    public ExaminationResult Examine(ExaminationOrder order, Action<int, int> progress, CancellationToken ct)
    {
        IReadOnlyList<ExamItem> items = ExamFile.Read(order.ExamFile);
        using LanguageModel model = LanguageModel.Load(order.BaseModel, new ModelLoadOptions { Device = order.Training.Device });
        string[] languages = [.. items.Select(item => item.Language).Distinct().Where(GeneralText.Languages.Contains)
            .Order(StringComparer.Ordinal)];
        // An adapter is not compared on what it was trained on: by the hash of the question its folder remembers it.
        ExamSide[] sides = [.. order.Sides.Select(side => side.Trained.Count == 0 ? side : side with
        {
            Trained = items.Where(item => side.Trained.Contains(RowHash.OfQuestion(item.Question))).Select(item => item.Id).ToHashSet(),
        })];
        ExaminationResult result = Examiner.Examine(model, sides, items, [], new ExaminationOptions
        {
            Template = order.Training.Template,
            DefaultSystem = order.Training.DefaultSystem,
            BatchSize = Math.Max(order.Training.EvalBatchSize, 16),
            MaxNewTokens = order.Options.MaxNewTokens,
            OpenBook = order.Options.OpenBook > 0,
            OpenBookItems = order.Options.OpenBook,
            RetentionLanguages = languages,
            Journal = order.Journal,
            Progress = progress,
        }, ct);
        foreach (string warning in result.Warnings) JobsLog.TemplateWarning(logger, warning);
        return result;
    }

    private ComparisonOptions Options(TrainingArguments training) => new()
    {
        Template = training.Template,
        DefaultSystem = training.DefaultSystem,
        CutoffLen = training.CutoffLen,
        BatchSize = training.EvalBatchSize,
        Warn = warning => JobsLog.TemplateWarning(logger, warning),
    };
}
