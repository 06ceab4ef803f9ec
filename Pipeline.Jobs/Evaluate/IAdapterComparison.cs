using Pipeline.Models;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Evaluate;

/// <summary>The computation behind the evaluation stage.</summary>
internal interface IAdapterComparison
{
    /// <summary>Version of everything that changes the result for equal inputs; part of the cache key.</summary>
    string Version { get; }

    /// <summary>Measures base model and adapter on held-out examples and lets both answer some of them.</summary>
    /// <param name="baseModel">Model folder.</param>
    /// <param name="adapter">Adapter folder.</param>
    /// <param name="examples">File of examples.</param>
    /// <param name="training">Training settings: template and cut-off length must be those of the training.</param>
    /// <param name="options">How many answers, and how long.</param>
    /// <param name="progress">Receives the number of finished examples and the total.</param>
    /// <param name="ct">Stops between examples.</param>
    /// <exception cref="InputException">Model, adapter or examples cannot be used.</exception>
    ComparisonOutcome Compare(
        string baseModel, string adapter, string examples, TrainingArguments training, EvaluationOptions options, Action<int,
        int> progress, CancellationToken ct);

    /// <summary>Measures one adapter alone on the examples of another comparison.</summary>
    /// <param name="baseModel">Model folder.</param>
    /// <param name="adapter">Adapter folder.</param>
    /// <param name="examples">File of examples.</param>
    /// <param name="training">Training settings: template and cut-off length matter.</param>
    /// <param name="ct">Stops between batches.</param>
    /// <returns>Nats per target token, and target tokens measured.</returns>
    /// <exception cref="InputException">Model, adapter or examples cannot be used.</exception>
    (double Loss, long Tokens) Measure(string baseModel, string adapter, string examples, TrainingArguments training, CancellationToken ct);

    /// <summary>Asks all sides the questions of an examination.</summary>
    /// <param name="order">What is asked whom.</param>
    /// <param name="progress">Receives the number of replies and measurements that are done, and the total.</param>
    /// <param name="ct">Stops between batches; the journal keeps what was answered.</param>
    /// <exception cref="InputException">Model, adapter or questions cannot be used.</exception>
    ExaminationResult Examine(ExaminationOrder order, Action<int, int> progress, CancellationToken ct);
}
