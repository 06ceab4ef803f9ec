using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models.Evaluation.Examination;
using DatasetRow = Pipeline.Data.Entities.Dataset;
using ExamQuestion = Pipeline.Models.Evaluation.Examination.ExamItem;

namespace Pipeline.Jobs.Evaluate;

/// <summary>What an adapter is measured with, in a folder.</summary>
/// <param name="HeldOut">Examples for the loss: those of early stopping, or where there are none the questions of the examination.</param>
/// <param name="Exam">Questions of the examination, or null without any.</param>
internal sealed record ExamFiles(string HeldOut, string? Exam)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a dataset has questions; those of earlier versions of the program have none.</summary>
    public static async Task<bool> HasQuestionsAsync(IArtifactStore artifacts, DatasetRow dataset, CancellationToken ct)
    {
        if (!dataset.Files.TryGetValue(DatasetFolder.ExamFile, out string? sha256)) return false;
        await using Stream file = await artifacts.OpenReadAsync(sha256, ct);
        return await file.ReadAsync(new byte[1], ct) == 1;
    }

    /// <summary>Writes them.</summary>
    /// <param name="artifacts">Where they are.</param>
    /// <param name="dataset">Their dataset.</param>
    /// <param name="options">How many are asked.</param>
    /// <param name="folder">Folder to write to.</param>
    /// <param name="ct">Stops between files.</param>
    public static async Task<ExamFiles> RestoreAsync(IArtifactStore artifacts, DatasetRow dataset, EvaluationOptions options, string folder,
        CancellationToken ct)
    {
        string heldOut = Path.Combine(folder, DatasetFiles.EvalFile), exam = Path.Combine(folder, DatasetFolder.ExamFile);
        await artifacts.CopyToAsync(dataset.Files[DatasetFiles.EvalFile], heldOut, ct: ct);
        if (!await HasQuestionsAsync(artifacts, dataset, ct)) return new ExamFiles(heldOut, null);
        await artifacts.CopyToAsync(dataset.Files[DatasetFolder.ExamFile], exam, ct: ct);
        Draw(exam, options.MaxQuestions);
        if (dataset.EvalExamples == 0)
            await File.WriteAllLinesAsync(heldOut, ExamFile.Read(exam).Where(item => item.Answerable).Select(item =>
                JsonSerializer.Serialize(new { instruction = item.Question, output = item.Expected }, Readable)), ct);
        return new ExamFiles(heldOut, exam);
    }

    // Whole facts, so that the wordings of one stay together, by hashes, so that every run draws the same.
    private static void Draw(string exam, int most)
    {
        string[] lines = File.ReadAllLines(exam);
        if (lines.Length <= most) return;
        IReadOnlyList<ExamQuestion> items = ExamFile.Read(exam);
        HashSet<string> drawn = new(StringComparer.Ordinal);
        int taken = 0;
        foreach (IGrouping<string, ExamQuestion> fact in items.GroupBy(item => item.Fact.Length > 0 ? item.Fact : item.Id)
            .OrderBy(fact => RowHash.Of("drawn", fact.Key), StringComparer.Ordinal))
        {
            if (taken + fact.Count() > most) break;
            taken += fact.Count();
            drawn.UnionWith(fact.Select(item => item.Id));
        }
        File.WriteAllLines(exam, lines.Zip(items).Where(pair => drawn.Contains(pair.Second.Id)).Select(pair => pair.First));
    }
}
