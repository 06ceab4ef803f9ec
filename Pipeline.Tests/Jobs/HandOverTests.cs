using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Runs;

namespace Pipeline.Tests.Jobs;

public sealed class HandOverTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_stage_starts_well_within_a_second_of_the_one_before()
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunOptions options = PipelineFixture.Seed(folder, ("a.pdf", "quick"));
        List<double> waits = [];
        for (int i = 0; i < 4; i++)
        {
            Guid run = await pipeline.IngestAsync(folder, options with { Retrain = true });
            (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
            RunItem[] items = [.. (await pipeline.Sender.Send(new ListItems(run), TestContext.Current.CancellationToken)).OrderBy(item => item.StartedAt)];
            waits.AddRange(items.Zip(items.Skip(1), (a, b) => (b.StartedAt!.Value - a.FinishedAt!.Value).TotalMilliseconds));
        }
        waits.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"hand-over in ms: median {waits[waits.Count / 2]:F0}, all {string.Join(' ', waits.Select(w => w.ToString("F0")))}");
        waits[waits.Count / 2].ShouldBeLessThan(600, "the queue polls every second; notifications must be faster");     // 50 ms on an idle machine
    }
}
