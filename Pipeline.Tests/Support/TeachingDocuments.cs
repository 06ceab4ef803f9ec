using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Jobs.Train;
using Pipeline.Tests.EndToEnd;
using Pipeline.Tests.Jobs.Extract;

namespace Pipeline.Tests;

/// <summary>Small real PDFs with planted facts, and what runs over them leave.</summary>
internal static class TeachingDocuments
{
    /// <summary>Settings of a run over them: nothing is drawn, so nothing is described.</summary>
    public static RunOptions Options(string name) => StarterRun.Options(steps: 4, saveSteps: 4) with
    {
        Name = name,
        Caption = new() { Enabled = false },
        Training = TrainingSettings.Of(new { lora_rank = 8, max_steps = 4, cutoff_len = 512 }),
    };

    /// <summary>Writes PDFs of a page each that say facts, one in a line under a heading.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="facts">All facts.</param>
    /// <param name="perDocument">Facts of one document.</param>
    public static void Write(string folder, IReadOnlyList<PlantedFact> facts, int perDocument)
    {
        Directory.CreateDirectory(folder);
        foreach ((PlantedFact[] some, int i) in facts.Chunk(perDocument).Select((some, i) => (some, i)))
            File.WriteAllBytes(Path.Combine(folder, Name(i)), Pdf($"Survey of {some[0].Subject} and its neighbours",
                [.. some.Select(f => f.Sentence)]));
    }

    /// <summary>Name of a written document, from 0.</summary>
    public static string Name(int number) => $"report-{number + 1:D2}.pdf";

    /// <summary>A page with a heading and lines of text.</summary>
    public static byte[] Pdf(string heading, params string[] lines) => PdfBuilder.WithPages(PdfBuilder.Text(
        [(72, 770, 20, heading), .. lines.Select((line, i) => (72.0, 735.0 - (14 * i), 10.0, line))]));

    /// <summary>The same document as another program would save it: other bytes, no other word.</summary>
    public static void SaveAgain(string file) => File.AppendAllText(file, "\n% saved again\n");

    /// <summary>All rows of the dataset of a run.</summary>
    public static IReadOnlyList<Row> RowsOf(RunSummary run) => DatasetFolder.ReadRows(run.DatasetPath.ShouldNotBeNull());

    /// <summary>The dataset of a run.</summary>
    public static async Task<DatasetEntry> DatasetOf(PipelineFixture pipeline, RunSummary run) =>
        (await pipeline.Sender.Send(new ListDatasets(), TestContext.Current.CancellationToken)).Single(d => d.RunId == run.RunId);

    /// <summary>Waits until a run has ended well.</summary>
    public static async Task<RunSummary> FinishedAsync(PipelineFixture pipeline, string folder, RunOptions options)
    {
        Guid id = (await pipeline.Sender.Send(new IngestFolder(folder, options), TestContext.Current.CancellationToken)).RunId;
        RunSummary run = (await pipeline.WaitAsync(id)).Summary;
        run.State.ShouldBe(RunState.Succeeded, run.Error);
        return run;
    }
}
