using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Statistics;
using Pipeline.Models.Training;

namespace Pipeline.Tools.Benchmarks;

/// <summary>What teaching planted facts gave and cost.</summary>
internal sealed record TeachingMeasurement
{
    /// <summary>Facts taught.</summary>
    public required int Facts { get; init; }

    /// <summary>Questions of the examination, none in a wording that was trained.</summary>
    public required int Asked { get; init; }

    /// <summary>Of these, what the base answers right.</summary>
    public required int BaseRight { get; init; }

    /// <summary>And the adapter.</summary>
    public required int AdapterRight { get; init; }

    /// <summary>The difference with its interval; the questions of a place are one cluster.</summary>
    public required PairedDifference Difference { get; init; }

    /// <summary>General knowledge of the base.</summary>
    public required GeneralResult Base { get; init; }

    /// <summary>And of the adapter.</summary>
    public required GeneralResult Adapter { get; init; }

    /// <summary>Steps, tokens and seconds of the training.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>Processor time of the training and of loading its model, over all cores.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Tokens of planted facts, over all epochs.</summary>
    public long TaughtTokens => Training.Tokens - Training.RetainedTokens;
}
