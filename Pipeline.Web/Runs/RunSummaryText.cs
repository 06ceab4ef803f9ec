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
        if (run.Exam is { } exam) WriteExam(output, exam);
        if (run.ReportPath is { } report) Line("report", report);
        if (run.DatasetPath is { } dataset) Line("dataset", dataset);
        if (run.AdapterPath is { } adapter) Line("adapter", $"{run.Adapter}: {adapter}");
        if (run.Promotion is { } promotion) Line("serves",
            $"{promotion.Name}: {(promotion.Decision == PromotionKind.Promoted ? "promoted" : "not promoted")}; {promotion.Reason}");
        Line("seconds", string.Join(", ", run.Seconds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value:F1}"))));

        void Line(string name, string text) => output.WriteLine($"{name,-10} {text}");
    }

    private static void WriteExam(TextWriter output, RunSummary.ExaminationFacts exam)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(c, $"{"learned",-10} {exam.Questions} questions in wordings never trained, no document at hand: "
            + $"base {exam.BaseRight} right, adapter {exam.AdapterRight}; {exam.Verdict.Replace('_', ' ')}, "
            + $"gain {exam.Gain * 100:F1} points (95 %: {exam.Low * 100:F1} to {exam.High * 100:F1})"));
        if (exam.General is { } general)
            output.WriteLine(string.Create(c, $"{"kept",-10} {exam.GeneralBase} of {general} general questions right before, "
                + $"{exam.GeneralAdapter} after; loss of general prose {exam.GeneralLossBase:F3} → {exam.GeneralLossAdapter:F3}"));
        foreach (RunSummary.ExaminedQuestion asked in exam.Shown)
        {
            output.WriteLine($"{"",-10} {asked.Question}");
            output.WriteLine($"{"",-10}   right: {Short(asked.Expected)}"
                + (asked.Page is { } page ? $"  ({asked.Document}, page {page})" : ""));
            output.WriteLine($"{"",-10}   base: {Short(asked.Base)}");
            output.WriteLine($"{"",-10}   adapter: {Short(asked.Adapter)}");
        }
    }

    private static string Short(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 100 ? line : line[..97] + "…";
    }
}
