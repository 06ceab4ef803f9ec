using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models.Datasets;
using Pipeline.Tests.EndToEnd;

namespace Pipeline.Tests.Jobs.Dataset.Teaching;

/// <summary>The stages from clean chunks to the report over real documents, without a language model.</summary>
public sealed class TeachingStagesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly Stage[] Teaching =
        [Stages.Clean, Stages.Facts, Stages.Rows, Stages.Verify, Stages.Filter, Stages.Dataset];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_become_a_complete_dataset_and_the_same_ones_the_same_dataset_and_no_other_training()
    {
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 2);
        RoteLearner learner = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartTeachingAsync(database, learner);
        RunOptions options = TeachingDocuments.Options("taught");

        RunSummary run = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);
        IReadOnlyList<RunItem> items = await pipeline.Sender.Send(new ListItems(run.RunId), Stop);
        foreach (Stage stage in Teaching)
            items.Where(i => i.Stage == stage).ShouldAllBe(i => i.State == ItemState.Succeeded && i.Attempt == 1, stage.Name);
        int chunks = items.Count(i => i.Stage == Stages.Facts);
        chunks.ShouldBeGreaterThan(2);
        items.Count(i => i.Stage == Stages.Verify).ShouldBe(chunks);

        string dataset = run.DatasetPath.ShouldNotBeNull();
        foreach (string file in (string[])["train.jsonl", "eval.jsonl", "exam.jsonl", "rows.jsonl", "funnel.json", "dataset_info.json"])
            File.Exists(Path.Combine(dataset, file)).ShouldBeTrue(file);
        IReadOnlyList<Row> rows = TeachingDocuments.RowsOf(run);
        Funnel funnel = DatasetFolder.ReadFunnel(dataset);
        FunnelBuilder.Check(funnel);
        (funnel.Documents, funnel.Chunks, funnel.Rows).ShouldBe((2, chunks, rows.Count));
        funnel.Kept.Values.Sum().ShouldBe(rows.Count(r => r.State != RowState.Rejected));
        funnel.Calls.ShouldBeEmpty();
        foreach (RowSplit split in (RowSplit[])[RowSplit.Train, RowSplit.Eval, RowSplit.Exam])
            rows.Count(r => r.Split == split).ShouldBeGreaterThan(0, split.ToString());
        InstructionDataset.Load(dataset, "train").Count.ShouldBe(run.Examples.ShouldNotBeNull().Train
            - rows.Count(r => r is { Split: RowSplit.Train, Type: RowType.Text }));
        HashSet<string> trained = [.. rows.Where(r => r.Split == RowSplit.Train).Select(r => RowHash.OfQuestion(r.Question))];
        rows.Where(r => r.Split is RowSplit.Exam or RowSplit.Eval).ShouldAllBe(r => !trained.Contains(RowHash.OfQuestion(r.Question)));
        // What the documents say is what is asked for.
        rows.Where(r => r.Split == RowSplit.Exam && r.Type != RowType.Refusal)
            .ShouldAllBe(r => r.Sources.Count > 0 && r.Evidence.Length > 0 && r.Expected != null);

        DatasetEntry entry = await TeachingDocuments.DatasetOf(pipeline, run);
        await using (PipelineDbContext db = await pipeline.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            DatasetExample[] stored = await db.DatasetExamples.Where(e => e.DatasetId == entry.Id).OrderBy(e => e.Ordinal)
                .ToArrayAsync(Stop);
            stored.Select(e => e.Row).ShouldBe(await File.ReadAllLinesAsync(Path.Combine(dataset, "rows.jsonl"), Stop));
            stored.Select(e => e.Hash).ShouldBe(rows.Select(r => r.Hash));
        }

        RunSummary again = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);
        again.Train.ShouldNotBeNull().Reused.ShouldBeTrue();
        again.Adapter.ShouldBe(run.Adapter);
        learner.Fakes.Trainings.ShouldBe(1);
        DatasetEntry second = await TeachingDocuments.DatasetOf(pipeline, again);
        second.ContentKey.ShouldBe(entry.ContentKey);
        second.Files.ShouldBe(entry.Files, ignoreOrder: true);
    }

    [Fact]
    public async Task Documents_without_anything_to_learn_fail_the_run_with_what_was_left_out()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("in"));
        await File.WriteAllBytesAsync(folder.File("in/blank.pdf"), TeachingDocuments.Pdf("."), Stop);
        await using PipelineFixture pipeline = await PipelineFixture.StartTeachingAsync(database, new RoteLearner());
        Guid id = (await pipeline.Sender.Send(new IngestFolder(folder.File("in"), TeachingDocuments.Options("blank")), Stop)).RunId;
        RunSummary run = (await pipeline.WaitAsync(id)).Summary;
        run.State.ShouldBe(RunState.Failed);
        run.Error.ShouldNotBeNull().ShouldContain("gave no row to learn from");
        run.Error.ShouldContain("dataset.writing.endpoint");
    }
}
