using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs;

/// <summary>What stages before the training need to know of it; they do not know how training works.</summary>
internal static class RunTraining
{
    /// <summary>The training's arguments.</summary>
    public static TrainingArguments Arguments(RunOptions options) => options.Training.Arguments;

    /// <summary>Longest example in tokens; null where the training's settings have faults.</summary>
    public static int? LongestExample(RunOptions options) =>
        options.Training.Faults.Count == 0 ? options.Training.Arguments.CutoffLen : null;
}
