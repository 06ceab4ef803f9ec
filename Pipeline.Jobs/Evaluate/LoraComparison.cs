using Microsoft.Extensions.Logging;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Jobs.Evaluate;

/// <summary>The evaluation stage, using <see cref="AdapterComparison"/>.</summary>
internal sealed class LoraComparison(ILogger<LoraComparison> logger) : IAdapterComparison
{
    public string Version => "1";

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

    private ComparisonOptions Options(TrainingArguments training) => new()
    {
        Template = training.Template,
        DefaultSystem = training.DefaultSystem,
        CutoffLen = training.CutoffLen,
        BatchSize = training.EvalBatchSize,
        Warn = warning => JobsLog.TemplateWarning(logger, warning),
    };
}
