using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Tests.EndToEnd;
using Pipeline.Tests.S3;

namespace Pipeline.Tests.Jobs;

/// <summary>Workers with data folders of their own, as on several machines, that share a database and a bucket.</summary>
public sealed class SharedBucketTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_machine_has_done_is_in_database_and_bucket_and_others_go_on_without_its_folder()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "first"), ("b.pdf", "second"));
        // The first machine can store documents but not read them, the second read but not train.
        StageFakes first = new() { BeforeReading = _ => throw new IOException("no parser here") },
            second = new() { DuringStep = (_, _) => throw new IOException("no accelerator here") }, third = new();
        Guid run = default;
        await WorkAsync("first", first, async pipeline =>
        {
            run = await pipeline.IngestAsync(folder, options);
            await pipeline.WaitAsync(run, _ => first.Extractions > 0);
        });
        await WorkAsync("second", second, pipeline => pipeline.WaitAsync(run, _ => second.Trainings > 0));
        await WorkAsync("third", third, async pipeline =>
            (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded));
        (second.Extractions, second.Captions, third.Extractions, third.Captions, third.Evaluations).ShouldBe((2, 2, 0, 0, 1));

        await WorkAsync("web", new StageFakes(), async web =>
        {
            string adapter = (await web.Sender.Send(new FetchAdapter("test"), Stop)).ShouldNotBeNull();
            adapter.ShouldBe(folder.File("web/adapters/test"));
            Directory.GetFiles(adapter).Select(Path.GetFileName).ShouldBe(["README.md", "adapter_model.safetensors", "all_results.json",
                "eval_results.json", "pipeline_adapter.json", "trained_questions.txt"], ignoreOrder: true);
            (await File.ReadAllTextAsync(Path.Combine(adapter, "all_results.json"), Stop)).ShouldContain("base_loss");
            await web.Sender.Send(new FetchResults(run), Stop);
            RunSummary summary = (await web.Sender.Send(new GetRun(run), Stop)).ShouldNotBeNull().Summary;
            summary.AdapterPath.ShouldBe(adapter);
            File.Exists(Path.Combine(summary.DatasetPath.ShouldNotBeNull(), "train.jsonl")).ShouldBeTrue();

            // The same again: everything is reused, and the adapter keeps its name although its publisher's folder is gone.
            RunSummary again = (await web.WaitAsync(await web.IngestAsync(folder, options))).Summary;
            (again.State, again.Adapter, again.Train?.Reused).ShouldBe((RunState.Succeeded, "test", true));
        });

        async Task WorkAsync(string machine, StageFakes fakes, Func<PipelineFixture, Task> until)
        {
            await using (PipelineStorage storage = await OpenAsync(server, folder.File(machine)))
            await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(storage, fakes))
                await until(pipeline);
            Directory.Delete(folder.File(machine), recursive: true);
        }
    }

    [Fact]
    public async Task A_training_goes_on_from_its_checkpoint_on_another_machine()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "carried over")) with { Name = "carried over" };
        const string noted = "SELECT count(*) FROM stage_items WHERE checkpoint_step >= 5";
        // The first machine is stopped in step 8, once the checkpoint of step 5 has arrived.
        StageFakes first = new() { DuringStep = (step, ct) => { if (step == 8) ct.WaitHandle.WaitOne(Eventually.HangLimit); } },
            second = new();
        Guid run = default;
        await using (PipelineStorage storage = await OpenAsync(server, folder.File("first")))
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(storage, first))
        {
            run = await pipeline.IngestAsync(folder, options);
            await Eventually.TrueAsync(async () => await database.ScalarAsync<long>(noted) > 0, "the checkpoint of step 5 is copied");
        }
        Directory.Delete(folder.File("first"), recursive: true);
        await using PipelineStorage other = await OpenAsync(server, folder.File("second"));
        // It spares what the item names. Not while a worker fetches files: with this limit it takes those for leftovers.
        await using (ServiceProvider data = new ServiceCollection().AddLogging().AddPipelineData(other).BuildServiceProvider())
            await data.GetRequiredService<Housekeeping>().CollectAsync(TimeSpan.FromHours(-2), TimeSpan.FromDays(1), Stop);
        await using PipelineFixture taking = await PipelineFixture.StartAsync(other, second);
        RunDetails done = await taking.WaitAsync(run);
        done.Summary.State.ShouldBe(RunState.Succeeded, done.Summary.Error);
        (first.FirstStep, second.FirstStep).ShouldBe((1, 6));
        (await taking.Sender.Send(new GetMetrics(run), Stop))["loss"].Select(p => p.Step).ShouldBe(Enumerable.Range(1, 20));
        (await database.ScalarAsync<long>(noted)).ShouldBe(0);      // nothing holds its files any more
    }

    [Fact]
    public async Task A_run_over_real_documents_is_done_by_two_machines_together_while_the_storage_stutters()
    {
        await using S3StandIn server = await S3StandIn.StartAsync();
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 3);
        await using PipelineStorage one = await OpenAsync(server, folder.File("one")), two = await OpenAsync(server, folder.File("two"));
        foreach (string call in new[] { "PUT", "GET team/pipeline/objects", "HEAD" }) server.Fail(S3Fault.SlowDown, call);
        server.Fail(S3Fault.CutBody, "GET team/pipeline/objects");
        await using PipelineFixture first = await PipelineFixture.StartRealAsync(one), second = await PipelineFixture.StartRealAsync(two);

        Guid run = (await first.Sender.Send(new IngestFolder(folder.File("in"), StarterRun.Options(steps: 2, saveSteps: 1)), Stop)).RunId;
        RunSummary summary = (await second.WaitAsync(run)).Summary;

        summary.State.ShouldBe(RunState.Succeeded, summary.Error);
        summary.Documents.Succeeded.ShouldBe(3);
        foreach (PipelineFixture pipeline in new[] { first, second })
        {
            await pipeline.Sender.Send(new FetchResults(run), Stop);
            RunSummary seen = (await pipeline.Sender.Send(new GetRun(run), Stop))!.Summary;
            File.Exists(Path.Combine(seen.AdapterPath.ShouldNotBeNull(), "adapter_model.safetensors")).ShouldBeTrue();
            File.Exists(Path.Combine(seen.DatasetPath.ShouldNotBeNull(), "train.jsonl")).ShouldBeTrue();
        }
        Directory.Exists(Path.Combine(one.Folder, "objects")).ShouldBeFalse();
        server.Keys.Length.ShouldBeGreaterThan(15);
    }

    private Task<PipelineStorage> OpenAsync(S3StandIn server, string folder) => PipelineStorage.OpenAsync(
        new DataOptions
        {
            Folder = folder,
            ConnectionString = database.ConnectionString,
            Artifacts = new() { Store = ArtifactStoreKind.S3, S3 = server.Options }
        }, Stop);
}
