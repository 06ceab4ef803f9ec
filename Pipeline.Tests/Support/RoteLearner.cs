using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Metrics;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests;

/// <summary>
/// Training by rote, and an examination that asks the questions of the dataset: whoever was trained on an answer gives it to every wording
/// of its question, the base gives none.
/// </summary>
internal sealed class RoteLearner : IAdapterComparison
{
    private readonly Lock _gate = new();
    private readonly List<(ExaminationOrder Order, ExaminationResult Result)> _held = [];

    /// <summary>The training, and the losses: better the more there was to learn.</summary>
    public StageFakes Fakes { get; } = new() { LossOf = weights => 1 + (1.0 / (1 + weights.Length)) };

    /// <summary>Examinations so far.</summary>
    public IReadOnlyList<(ExaminationOrder Order, ExaminationResult Result)> Held
    {
        get
        {
            lock (_gate) return [.. _held];
        }
    }

    string IAdapterComparison.Version => "rote/1";

    ComparisonOutcome IAdapterComparison.Compare(string baseModel, string adapter, string examples, TrainingArguments training,
        EvaluationOptions options, Action<int, int> progress, CancellationToken ct) =>
        ((IAdapterComparison)Fakes).Compare(baseModel, adapter, examples, training, options, progress, ct);

    (double Loss, long Tokens) IAdapterComparison.Measure(string baseModel, string adapter, string examples, TrainingArguments training,
        CancellationToken ct) => ((IAdapterComparison)Fakes).Measure(baseModel, adapter, examples, training, ct);

    ExaminationResult IAdapterComparison.Examine(ExaminationOrder order, Action<int, int> progress, CancellationToken ct)
    {
        IReadOnlyList<ExamItem> items = ExamFile.Read(order.ExamFile);
        ExaminationResult result = new()
        {
            Items = items,
            MaxNewTokens = order.Options.MaxNewTokens,
            Sides = [.. order.Sides.Select(side => SideOf(side, items))],
        };
        lock (_gate) _held.Add((order, result));
        return result;
    }

    private static SideResult SideOf(ExamSide side, IReadOnlyList<ExamItem> items)
    {
        string learned = side.Adapter is { } folder ? LearnedIn(Path.Combine(folder, "adapter_model.safetensors")) : "";
        return new SideResult
        {
            Name = side.Name,
            HasAdapter = side.Adapter is not null,
            Template = "phi4_mini",
            Trained = [.. items.Where(item => side.Trained.Contains(RowHash.OfQuestion(item.Question))).Select(item => item.Id)],
            Closed = [.. items.Select(item => Reply(item, item.Alternatives.Prepend(item.Expected)
                .FirstOrDefault(answer => learned.Contains(answer, StringComparison.Ordinal)) ?? "-"))],
            Retention = new RetentionResult([.. Enumerable.Range(0, 50).Select(i =>
                new GeneralReply(new GeneralQuestion("en", $"general {i}", ["yes"]), "yes", true))], 3, 100),
        };
    }

    private static ExamReply Reply(ExamItem item, string text) =>
        new(text) { Score = item.Answerable ? AnswerMarking.Mark(text, item.Key) : null };

    /// <summary>All answers that the training read.</summary>
    private static string LearnedIn(string weights) => string.Join('\n', File.ReadAllText(weights)["weights of ".Length..].Split('\n')
        .Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("output").GetString()));
}
