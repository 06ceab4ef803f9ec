using Pipeline.Data.Entities;
using Pipeline.Jobs.Publish;

namespace Pipeline.Jobs;

/// <summary>The outcome of a run. In snake case it is the last line of <c>run --json</c>, so its names are a contract.</summary>
public sealed record RunSummary
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Its state.</summary>
    public required RunState State { get; init; }
    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
    /// <summary>Its documents.</summary>
    public required DocumentCounts Documents { get; init; }
    /// <summary>Pages of the extracted documents.</summary>
    public int Pages { get; init; }
    /// <summary>Figures found.</summary>
    public int Figures { get; init; }
    /// <summary>Figures described.</summary>
    public int Captions { get; init; }
    /// <summary>Instruction examples.</summary>
    public ExampleCounts? Examples { get; init; }
    /// <summary>What training reported.</summary>
    public TrainingFacts? Train { get; init; }
    /// <summary>Comparison of base model and adapter.</summary>
    public EvaluationFacts? Eval { get; init; }
    /// <summary>The examination in wordings that were never trained; null without one.</summary>
    public ExaminationFacts? Exam { get; init; }
    /// <summary>The report, one HTML file.</summary>
    public string? ReportPath { get; init; }
    /// <summary>Name to request the adapter by.</summary>
    public string? Adapter { get; init; }
    /// <summary>Adapter folder.</summary>
    public string? AdapterPath { get; init; }
    /// <summary>
    /// Whether the adapter took over the name that the run serves, and why; null when the run serves none, or has not decided yet.
    /// </summary>
    public PromotionEntry? Promotion { get; init; }
    /// <summary>Dataset folder.</summary>
    public string? DatasetPath { get; init; }
    /// <summary>Seconds of work per stage, over all documents and attempts; <c>total</c> is wall time.</summary>
    public required IReadOnlyDictionary<string, double> Seconds { get; init; }
    /// <summary>Stages whose results were, at least partly, taken from earlier runs, with the number of such items.</summary>
    public required IReadOnlyDictionary<string, int> Cached { get; init; }
    /// <summary>Documents that failed, with the reason.</summary>
    public required IReadOnlyList<DocumentFailure> Failures { get; init; }

    /// <summary>Documents of a run.</summary>
    public sealed record DocumentCounts(int Total, int Succeeded, int Failed, int Duplicates);

    /// <summary>Examples of a dataset.</summary>
    public sealed record ExampleCounts(int Train, int Eval);

    /// <summary>What training reported.</summary>
    public sealed record TrainingFacts(int Steps, double FirstLoss, double LastLoss, long TrainableParameters, long AllParameters,
        bool Reused);

    /// <summary>Comparison of base model and adapter on held-out examples; losses in nats per target token.</summary>
    public sealed record EvaluationFacts(double BaseLoss, double AdapterLoss, double BasePerplexity, double AdapterPerplexity,
        int Examples, long Tokens);

    /// <summary>Closed-book answers of base and adapter to the same questions, none in a wording that was trained.</summary>
    /// <param name="Questions">Questions that both answered and neither was trained on.</param>
    /// <param name="BaseRight">Of these, the ones the base answers right.</param>
    /// <param name="AdapterRight">And the adapter.</param>
    /// <param name="Gain">Difference of the shares, from −1 to 1.</param>
    /// <param name="Low">Lower bound of its 95 % interval.</param>
    /// <param name="High">Upper bound.</param>
    /// <param name="Verdict"><c>better</c>, <c>worse</c> or <c>no_difference</c>.</param>
    /// <param name="Reason">The verdict in words.</param>
    /// <param name="General">Questions about the world.</param>
    /// <param name="GeneralBase">Of these, the ones the base answers right.</param>
    /// <param name="GeneralAdapter">And the adapter.</param>
    /// <param name="GeneralLossBase">Loss of general prose, nats per token, of the base.</param>
    /// <param name="GeneralLossAdapter">And of the adapter.</param>
    /// <param name="Shown">Some questions with both answers.</param>
    public sealed record ExaminationFacts(int Questions, int BaseRight, int AdapterRight, double Gain, double Low, double High,
        string Verdict, string Reason, int? General, int? GeneralBase, int? GeneralAdapter, double? GeneralLossBase,
        double? GeneralLossAdapter, IReadOnlyList<ExaminedQuestion> Shown);

    /// <summary>A question with both answers.</summary>
    public sealed record ExaminedQuestion(string Question, string Expected, string Base, string Adapter, string Document, int? Page);

    /// <summary>A document that could not be used.</summary>
    public sealed record DocumentFailure(string Document, string Stage, string Error)
    {
        /// <summary>The reason, preceded by the document's name unless it already begins with it.</summary>
        public string Describe() => Error.StartsWith(Document + ":", StringComparison.Ordinal) ? Error : $"{Document}: {Error}";
    }
}
