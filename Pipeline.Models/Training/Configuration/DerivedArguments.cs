using System.Globalization;
using Pipeline.Models.Datasets.Declared;

namespace Pipeline.Models.Training.Configuration;

/// <summary>What follows from several keys together.</summary>
internal static class DerivedArguments
{
    extension(TrainingArguments a)
    {
        /// <summary>Whether predictions on general text are held to the base's.</summary>
        public bool HoldsToBase => a.Retention == "kl";

        /// <summary>Whether answers of the base are trained on.</summary>
        public bool Replays => a.Retention == "replay";

        /// <summary>Factor of the divergence from the base.</summary>
        public double WeightOfRetention => a.RetentionWeight ?? 1;

        /// <summary>Tokens of general text per taught token.</summary>
        public double ShareOfRetention => a.RetentionShare ?? 0.15;

        /// <summary>Whether examples share sequences.</summary>
        public bool Packs => a.ForStage.Packs;

        /// <summary>How rows become tokens.</summary>
        public StageOptions ForStage => new()
        {
            Stage = a.Stage,
            CutoffLen = a.CutoffLen,
            TrainOnPrompt = a.TrainOnPrompt,
            MaskHistory = a.MaskHistory,
            Packing = a.Packing,
            NeatPacking = a.NeatPacking,
            PreprocessingBatchSize = a.PreprocessingBatchSize,
        };

        /// <summary>Whether the examples come in file order.</summary>
        public bool InOrder => a.DisableShuffling || a.TrainSamplingStrategy == "sequential";

        /// <summary>Whether examples of similar length share steps.</summary>
        public bool ByLength => a.GroupByLength || a.TrainSamplingStrategy == "group_by_length";

        /// <summary>Whether event files for TensorBoard are written.</summary>
        public bool WritesEvents => a.ReportTo.Contains("tensorboard") || a.ReportTo.Contains("all");

        /// <summary>Shares of <see cref="TrainingArguments.InterleaveProbs"/>; null for turns.</summary>
        public IReadOnlyList<double>? MixShares => a.InterleaveProbs.Count == 0 ? null
            : [.. a.InterleaveProbs.Select(share => double.Parse(share, CultureInfo.InvariantCulture))];

        /// <summary>When evaluations run during training: <c>steps</c>, <c>epoch</c> or <c>no</c>.</summary>
        public string EvaluationStrategy => a.EvalStrategy ?? (a.EvalSteps is null ? "no" : "steps");

        /// <summary>Steps between evaluations.</summary>
        public double StepsPerEvaluation => a.EvalSteps ?? a.LoggingSteps;

        /// <summary>Whether the best evaluation needs to be tracked.</summary>
        public bool TracksBest => a.KeepsBest || a.MetricForBestModel is not null || a.EarlyStoppingSteps is not null;

        /// <summary>Whether the weights of the best evaluation are saved, whichever step it falls on.</summary>
        public bool KeepsBest => a.LoadBestModelAtEnd || a.SaveStrategy == "best";
    }
}
