using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Jobs.Runs;

/// <summary>What an examination came to, for the summary of a run.</summary>
internal static class RunExamination
{
    private const int Shown = 5, Remembered = 100;
    private static readonly ConcurrentDictionary<Guid, RunSummary.ExaminationFacts> Known = new();

    /// <summary>Of a stored evaluation; those never change, so what was read once is remembered.</summary>
    public static async Task<RunSummary.ExaminationFacts> ReadAsync(PipelineDbContext db, Guid evaluation, CancellationToken ct)
    {
        if (Known.TryGetValue(evaluation, out RunSummary.ExaminationFacts? known)) return known;
        string json = (await db.Evaluations.Where(e => e.Id == evaluation).Select(e => e.Examination).SingleAsync(ct))!;
        RunSummary.ExaminationFacts facts = Of(ExaminationJson.Read(json));
        if (Known.Count >= Remembered) Known.Clear();
        return Known[evaluation] = facts;
    }

    public static RunSummary.ExaminationFacts Of(ExaminationResult result)
    {
        PairedDifference difference = ExamSides.DifferenceOver(result, ExamSide.Base)!;
        Verdict verdict = Verdict.Of(difference);
        SideResult first = result.Side(ExamSide.Base), second = result.Side(ExamSides.Adapter);
        return new RunSummary.ExaminationFacts(difference.Items, difference.FirstRight, difference.SecondRight,
            Math.Round(difference.Mean, 4), Math.Round(difference.Low, 4), Math.Round(difference.High, 4),
            verdict.Name, verdict.InWords("the base model"),
            first.Retention?.Asked, first.Retention?.Right, second.Retention?.Right,
            Rounded(first.Retention?.Loss), Rounded(second.Retention?.Loss), Questions(result, first, second));
    }

    // Some of each document, drawn by their hash: neither the best nor the worst.
    private static RunSummary.ExaminedQuestion[] Questions(ExaminationResult result, SideResult first, SideResult second) =>
    [
        .. result.Items.Select((item, i) => (Item: item, Index: i)).Where(asked => asked.Item.Answerable)
            .OrderBy(asked => RowHash.Of("shown", asked.Item.Id), StringComparer.Ordinal)
            .GroupBy(asked => asked.Item.Document, StringComparer.Ordinal).OrderBy(document => document.Key, StringComparer.Ordinal)
            .SelectMany(document => document.Select((asked, rank) => (asked, rank))).OrderBy(ranked => ranked.rank).Take(Shown)
            .Select(ranked => new RunSummary.ExaminedQuestion(ranked.asked.Item.Question, ranked.asked.Item.Expected,
                first.Closed[ranked.asked.Index].Text, second.Closed[ranked.asked.Index].Text, ranked.asked.Item.Document,
                ranked.asked.Item.Page)),
    ];

    private static double? Rounded(double? loss) => loss is { } known ? Math.Round(known, 4) : null;
}
