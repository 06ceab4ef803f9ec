using System.Globalization;
using Pipeline.Data.Entities;
using Pipeline.Jobs;

namespace Pipeline.Web.Runs;

/// <summary>The summary of a run for people.</summary>
internal static class RunSummaryText
{
    public static void Write(TextWriter output, RunSummary run)
    {
        output.WriteLine();
        Line("run", $"{run.Name} ({run.RunId}): {run.State.ToString().ToLowerInvariant()}");
        if (run.Error is { } error) Line("error", error);
        Line("documents", $"{run.Documents.Succeeded} of {run.Documents.Total} used"
            + (run.Documents.Failed > 0 ? $", {run.Documents.Failed} failed" : "")
            + (run.Documents.Duplicates > 0 ? $", {run.Documents.Duplicates} duplicates" : "")
            + $"; {run.Pages} pages, {run.Figures} figures, {run.Captions} captions");
        foreach (RunSummary.DocumentFailure failure in run.Failures) Line("", failure.Describe());
        if (run.Examples is { } examples) Line("examples", $"{examples.Train} to learn, {examples.Eval} held out");
        if (run.Train is { } train)
            Line("training", string.Create(CultureInfo.InvariantCulture,
                $"{train.Steps} steps, loss {train.FirstLoss:F4} to {train.LastLoss:F4}; {train.TrainableParameters:N0} of "
                + $"{train.AllParameters:N0} parameters")
                + (train.Reused ? "; reused from an equal earlier training (--retrain trains again)" : ""));
        if (run.Eval is { } eval)
            Line("held out", string.Create(CultureInfo.InvariantCulture,
                $"loss {eval.BaseLoss:F4} with the base model, {eval.AdapterLoss:F4} with the adapter (perplexity "
                + $"{eval.BasePerplexity:F1}, {eval.AdapterPerplexity:F1})"));
        if (run.DatasetPath is { } dataset) Line("dataset", dataset);
        if (run.AdapterPath is { } adapter) Line("adapter", $"{run.Adapter}: {adapter}");
        if (run.Promotion is { } promotion) Line("serves",
            $"{promotion.Name}: {(promotion.Decision == PromotionKind.Promoted ? "promoted" : "not promoted")}; {promotion.Reason}");
        Line("seconds", string.Join(", ", run.Seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value:F1}"))));

        void Line(string name, string text) => output.WriteLine($"{name,-10} {text}");
    }
}
