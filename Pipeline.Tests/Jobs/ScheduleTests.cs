using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Schedules;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Tests.EndToEnd;

namespace Pipeline.Tests.Jobs;

public sealed class ScheduleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Yearly = "0 0 1 1 *";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schedule_is_known_to_the_clock_until_it_is_deleted()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("a.pdf"), "%PDF-1.4", Stop);
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        ScheduleEntry made = await sender.Send(new UpsertSchedule("nightly", "0 3 * * *", folder.Path, new RunOptions(), "Europe/Madrid"),
            Stop);
        made.NextAt.ShouldNotBeNull().UtcDateTime.ShouldBeGreaterThan(DateTime.UtcNow);
        using (IStorageConnection clock = services.GetRequiredService<JobStorage>().GetConnection())
            clock.GetRecurringJobs()
                .ShouldContain(j => j.Id == $"schedule:{made.Id}" && j.Cron == "0 3 * * *" && j.TimeZoneId == "Europe/Madrid");

        (await sender.Send(new UpsertSchedule("nightly", "0 4 * * *", folder.Path, new RunOptions()), Stop)).Id.ShouldBe(made.Id);
        (await sender.Send(new ListSchedules(), Stop)).Single(s => s.Name == "nightly").Cron.ShouldBe("0 4 * * *");
        (await sender.Send(new DeleteSchedule("nightly"), Stop)).ShouldBeTrue();
        using (IStorageConnection clock = services.GetRequiredService<JobStorage>().GetConnection())
            clock.GetRecurringJobs().ShouldNotContain(j => j.Id == $"schedule:{made.Id}");
    }

    [Fact]
    public async Task Firing_twice_starts_one_run_while_it_works()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("a.pdf"), "%PDF-1.4", Stop);
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        ScheduleEntry made = await sender.Send(new UpsertSchedule("twice", "0 3 * * *", folder.Path, new RunOptions()), Stop);
        RunAccepted?[] started = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => sender.Send(new RunSchedule(made.Id), Stop).AsTask()));
        RunAccepted run = started.OfType<RunAccepted>().ShouldHaveSingleItem();
        (await sender.Send(new ListSchedules(), Stop)).Single(s => s.Name == "twice").LastRunId.ShouldBe(run.RunId);
    }

    [Fact]
    public async Task A_schedule_that_comes_due_runs_its_folder()
    {
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "by the clock"));
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        ScheduleEntry made = await pipeline.Sender.Send(new UpsertSchedule("every second", "* * * * * *", folder.File("in"), options),
            Stop);
        Guid run = await LastRunAsync(pipeline, made);
        (await pipeline.Sender.Send(new DeleteSchedule("every second"), Stop)).ShouldBeTrue();
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public async Task A_schedule_skips_and_says_why_until_documents_or_settings_change()
    {
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "unchanged"));
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        ScheduleEntry made = await pipeline.Sender.Send(new UpsertSchedule("when new", Yearly, folder.File("in"), options), Stop);
        RunAccepted first = (await pipeline.Sender.Send(new RunSchedule(made.Id), Stop)).ShouldNotBeNull();
        (await pipeline.Sender.Send(new RunSchedule(made.Id), Stop)).ShouldBeNull();
        (await pipeline.WaitAsync(first.RunId)).Summary.State.ShouldBe(RunState.Succeeded);

        File.SetLastWriteTimeUtc(folder.File("in/a.pdf"), DateTime.UtcNow.AddDays(1));       // copied again, say
        (await pipeline.Sender.Send(new RunSchedule(made.Id), Stop)).ShouldBeNull();
        ScheduleEntry skipped = (await pipeline.Sender.Send(new ListSchedules(), Stop)).Single(s => s.Id == made.Id);
        skipped.LastSkipReason.ShouldBe($"neither documents nor settings have changed since run {first.RunId}");
        skipped.LastSkippedAt.ShouldNotBeNull();
        skipped.LastRunId.ShouldBe(first.RunId);

        await File.WriteAllTextAsync(folder.File("in/a.pdf"), "changed", Stop);
        RunAccepted second = (await pipeline.Sender.Send(new RunSchedule(made.Id), Stop)).ShouldNotBeNull();
        await pipeline.WaitAsync(second.RunId);
        await pipeline.Sender.Send(new UpsertSchedule("when new", Yearly, folder.File("in"), options with { Retrain = true }), Stop);
        (await pipeline.WaitAsync((await pipeline.Sender.Send(new RunSchedule(made.Id), Stop))
            .ShouldNotBeNull().RunId)).Summary.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public async Task Fires_missed_while_nobody_worked_are_one()
    {
        using TemporaryFolder folder = new();
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "missed"));
        ScheduleEntry made;
        await using (ServiceProvider services = database.Services(s =>
            s.AddSingleton<IAdapterTraining>(new StageFakes()).AddPipelineJobs()))
        {
            made = await services.GetRequiredService<ISender>()
                .Send(new UpsertSchedule("missed", Yearly, folder.File("in"), options), Stop);
            // The last worker stopped ten years ago.
            string id = $"schedule:{made.Id}", then = JobHelper.SerializeDateTime(DateTime.UtcNow.AddYears(-10));
            using IStorageConnection clock = services.GetRequiredService<JobStorage>().GetConnection();
            clock.SetRangeInHash($"recurring-job:{id}", new Dictionary<string,
                string>
            { ["CreatedAt"] = then, ["LastExecution"] = then, ["NextExecution"] = then });
            using IWriteOnlyTransaction transaction = clock.CreateWriteTransaction();
            transaction.AddToSet("recurring-jobs", id, JobHelper.ToTimestamp(DateTime.UtcNow.AddYears(-10)));
            transaction.Commit();
        }
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        (await pipeline.WaitAsync(await LastRunAsync(pipeline, made))).Summary.State.ShouldBe(RunState.Succeeded);
        // All that the clock made of it, whether done already or still in the queue.
        (await database.ScalarAsync<long>($"SELECT count(*) FROM hangfire.job WHERE arguments::text LIKE '%{made.Id}%'")).ShouldBe(1);
        (await pipeline.Sender.Send(new ListSchedules(), Stop))
            .Single(s => s.Id == made.Id).NextAt.ShouldNotBeNull().UtcDateTime.ShouldBeGreaterThan(DateTime.UtcNow);
    }

    [Fact]
    public async Task The_clock_equals_the_schedules_however_they_are_edited_while_workers_start()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("a.pdf"), "%PDF-1.4", Stop);
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        RecurringSchedules recurring = services.GetRequiredService<RecurringSchedules>();
        IDbContextFactory<PipelineDbContext> contexts = services.GetRequiredService<IDbContextFactory<PipelineDbContext>>();
        Task Start() => recurring.ReconcileAsync(contexts, Stop);
        for (int i = 0; i < 12; i++)
        {
            string kept = $"kept {i % 3}", gone = $"gone {i}", cron = $"{i} 3 1 1 *";
            async Task EditAsync()
            {
                await sender.Send(new UpsertSchedule(gone, cron, folder.Path, new RunOptions()), Stop);
                await sender.Send(new UpsertSchedule(kept, cron, folder.Path, new RunOptions()), Stop);
                await sender.Send(new DeleteSchedule(gone), Stop);
            }
            await Task.WhenAll(EditAsync(), Task.Run(Start, Stop), Task.Run(Start, Stop));
            ScheduleEntry made = (await sender.Send(new ListSchedules(), Stop)).Single(s => s.Name == kept);
            using IStorageConnection clock = services.GetRequiredService<JobStorage>().GetConnection();
            clock.GetRecurringJobs().ShouldContain(j => j.Id == $"schedule:{made.Id}" && j.Cron == cron);
        }
        await Start();
        using IStorageConnection after = services.GetRequiredService<JobStorage>().GetConnection();
        after.GetRecurringJobs().Select(j => j.Id).Order()
            .ShouldBe((await sender.Send(new ListSchedules(), Stop)).Select(s => $"schedule:{s.Id}").Order());
    }

    [Fact]
    public async Task Faults_are_reported_together_and_nothing_is_stored()
    {
        using TemporaryFolder folder = new();
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        RunOptions options = new()
        {
            BaseModel = StarterRun.LanguageModel,
            Caption = new() { Model = "/nowhere", MaxNewTokens = 0 },
            Train = new() { Engine = "bultin" },
            Training = TrainingSettings.Of(new { lora_target = "q_proj", template = "phi4_mini" }),
        };
        SettingsException refusal = await Should.ThrowAsync<SettingsException>(async () =>
            await sender.Send(new UpsertSchedule("", "61 * * * *", folder.Path, options, "Mars/Olympus"), Stop));
        refusal.Faults.Select(fault => fault.Setting).ShouldBe(
            ["name", "cron", "time_zone", "folder", "caption.max_new_tokens", "caption.model", "train.engine", "training.lora_target"]);
        refusal.Message.ShouldContain("cron: '61 * * * *' is not a cron expression (");
        refusal.Message.ShouldContain("time_zone: 'Mars/Olympus' is not known");
        refusal.Message.ShouldContain(
            "training.lora_target: q_proj is no linear layer of this model; it has qkv_proj, o_proj, gate_up_proj, down_proj (or use all)");
        (await sender.Send(new ListSchedules(), Stop)).ShouldNotContain(s => s.Name == "");
    }

    [Theory]
    [InlineData("0 0 30 2 *", true)]
    [InlineData("0 0 31 4,6,9,11 *", true)]
    [InlineData("0 0 0 30 2 *", true)]          // with seconds
    [InlineData("0 0 29 2 *", false)]
    [InlineData("0 0 29 2 1", false)]           // once in 28 years, and not in 2100
    [InlineData("*/5 * * * *", false)]
    public void An_expression_that_never_fires_is_a_fault(string cron, bool never)
    {
        string? fault = CronText.FindFault(cron);
        if (never) fault.ShouldNotBeNull().ShouldStartWith("never fires");
        else fault.ShouldBeNull();
    }

    private static async Task<Guid> LastRunAsync(PipelineFixture pipeline, ScheduleEntry schedule)
    {
        Guid? run = null;
        await Eventually.TrueAsync(
            async () => (run = (await pipeline.Sender.Send(new ListSchedules(), Stop)).Single(s => s.Id == schedule.Id).LastRunId)
            is not null, "the schedule fires");
        return run!.Value;
    }
}
