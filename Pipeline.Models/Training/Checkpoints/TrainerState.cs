using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Models.Training.Optimization;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>The state of a training run other than tensors: what a checkpoint needs besides adapter and optimizer.</summary>
internal sealed record TrainerState
{
    /// <summary>Steps completed.</summary>
    public int Step { get; set; }

    /// <summary>Sum of the losses since the last log entry.</summary>
    public double WindowLoss { get; set; }

    /// <summary>Steps since the last log entry.</summary>
    public int WindowSteps { get; set; }

    /// <summary>Sum of the losses of all steps.</summary>
    public double TotalLoss { get; set; }

    /// <summary>Loss of the first step.</summary>
    public double? FirstLoss { get; set; }

    /// <summary>Loss of the last step.</summary>
    public double LastLoss { get; set; }

    /// <summary>Tokens seen, excluding padding.</summary>
    public long Tokens { get; set; }

    /// <summary>Those of them that are held to the base's predictions.</summary>
    public long RetainedTokens { get; set; }

    /// <summary>Summed KL(base ‖ adapter) since the last log entry.</summary>
    public double WindowDivergence { get; set; }

    /// <summary>Tokens of that sum.</summary>
    public long WindowRetainedTokens { get; set; }

    /// <summary>Seconds of training, across all processes that worked on it.</summary>
    public double Seconds { get; set; }

    /// <summary>Loss of the best evaluation; null while there is none, or when the best is not tracked.</summary>
    public double? BestMetric { get; set; }

    /// <summary>Step of the best evaluation.</summary>
    public int? BestStep { get; set; }

    /// <summary>Whether that step has a checkpoint.</summary>
    public bool BestIsSaved { get; set; }

    /// <summary>Evaluations since the best one.</summary>
    public int WorseEvaluations { get; set; }

    /// <summary>Steps skipped because the gradient overflowed, so no weight changed; float16 only.</summary>
    public int SkippedSteps { get; set; }

    /// <summary>Loss scale; null unless training in float16.</summary>
    public LossScaler? LossScaler { get; set; }

    /// <summary>Threads that sums were split among; a different number changes the last bits of a resumed training run.</summary>
    public int Threads { get; set; }

    /// <summary>Entries of <c>trainer_state.json</c>; a checkpoint stores them there.</summary>
    [JsonIgnore]
    public List<JsonObject> History { get; init; } = [];

    /// <summary>Lines of <c>trainer_log.jsonl</c>; a checkpoint stores them there.</summary>
    [JsonIgnore]
    public List<string> LogLines { get; init; } = [];

    /// <summary>What the training run computes, by key: a checkpoint with other values cannot be resumed from.</summary>
    public Dictionary<string, string> Fingerprint { get; init; } = [];
}
