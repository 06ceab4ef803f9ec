using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Models.Training.Optimization;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>Everything of a running training that is no tensor: what a checkpoint needs beside adapter and optimizer.</summary>
internal sealed record TrainerState
{
    /// <summary>Steps done.</summary>
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

    /// <summary>Tokens seen, padding not counted.</summary>
    public long Tokens { get; set; }

    /// <summary>Seconds of training, over all processes that worked on it.</summary>
    public double Seconds { get; set; }

    /// <summary>Loss of the best evaluation; null while there is none, or where it does not matter which it was.</summary>
    public double? BestMetric { get; set; }

    /// <summary>Step of the best evaluation.</summary>
    public int? BestStep { get; set; }

    /// <summary>Whether that step has a checkpoint.</summary>
    public bool BestIsSaved { get; set; }

    /// <summary>Evaluations since the best one.</summary>
    public int WorseEvaluations { get; set; }

    /// <summary>Steps whose gradient overflowed, so that they changed no weight; only in float16.</summary>
    public int SkippedSteps { get; set; }

    /// <summary>Factor of the loss; null unless the training is in float16.</summary>
    public LossScaler? LossScaler { get; set; }

    /// <summary>Threads that sums were split among; with another number the last bits of a resumed training differ.</summary>
    public int Threads { get; set; }

    /// <summary>Entries of <c>trainer_state.json</c>, which is where a checkpoint has them.</summary>
    [JsonIgnore]
    public List<JsonObject> History { get; init; } = [];

    /// <summary>Lines of <c>trainer_log.jsonl</c>, which is where a checkpoint has them.</summary>
    [JsonIgnore]
    public List<string> LogLines { get; init; } = [];

    /// <summary>What the training computes, by key: a checkpoint of other values cannot be gone on from.</summary>
    public Dictionary<string, string> Fingerprint { get; init; } = [];
}
