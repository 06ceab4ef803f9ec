using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Report;

/// <summary>Everything that a report on a run says, for readers who were not there.</summary>
public sealed record TeachingReport
{
    /// <summary>Languages that reports are written in.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "es"];

    /// <summary>Of <see cref="Languages"/>; texts of documents stay in theirs.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Base model: its folder's name.</summary>
    public required string BaseModel { get; init; }

    /// <summary>Adapter examined; null without one.</summary>
    public string? Adapter { get; init; }

    /// <summary>Settings worth knowing.</summary>
    public IReadOnlyList<ReportSetting> Settings { get; init; } = [];

    /// <summary>What came of everything that went in; null without a dataset.</summary>
    public Funnel? Funnel { get; init; }

    /// <summary>Some rows that were taught.</summary>
    public IReadOnlyList<ReportSample> Samples { get; init; } = [];

    /// <summary>The examination; null without one, and the warnings say why.</summary>
    public ExaminationResult? Examination { get; init; }

    /// <summary>What a judge thinks of the replies; null without one.</summary>
    public JudgeResult? Judge { get; init; }

    /// <summary>Loss of training.</summary>
    public IReadOnlyList<CurvePoint> Loss { get; init; } = [];

    /// <summary>Loss on wordings of early stopping.</summary>
    public IReadOnlyList<CurvePoint> EvalLoss { get; init; } = [];

    /// <summary>What stages took, in the order of the run.</summary>
    public IReadOnlyList<StageCost> Costs { get; init; } = [];

    /// <summary>Promotion; null where nothing was decided.</summary>
    public ReportPromotion? Promotion { get; init; }

    /// <summary>What a reader must know, one sentence each, in the language of the report.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
