using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;

namespace Pipeline.Tests.Data;

public sealed class PostgresLogSinkTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Lines_are_stored_with_the_run_item_stage_and_attempt_they_were_said_in()
    {
        Guid run = Guid.NewGuid(), item = Guid.NewGuid();
        await using (ServiceProvider services = database.Services())
        {
            ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Pipeline.Test");
            using (logger.BeginScope(new Dictionary<string,
                object?>
            { ["RunId"] = run, ["ItemId"] = item, ["Stage"] = Stages.Train, ["Attempt"] = 2 }))
                for (int i = 0; i < 3_000; i++) logger.LogInformation("step {Step} of a\0b", i);
            logger.LogDebug("not stored");
            logger.LogError(new InvalidDataException("broken"), "outside");
        }
        await using ServiceProvider reader = database.Services();
        await using PipelineDbContext db = await reader.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        LogEntry[] lines = await db.LogEntries.OrderBy(l => l.Id).ToArrayAsync(TestContext.Current.CancellationToken);
        lines.Length.ShouldBe(3_001);
        lines[0].ShouldSatisfyAllConditions(
            l => l.Message.ShouldBe("step 0 of a\uFFFDb"), l => l.RunId.ShouldBe(run), l => l.ItemId.ShouldBe(item),
            l => l.Stage.ShouldBe("Train"), l => l.Attempt.ShouldBe(2), l => l.Level.ShouldBe("Information"), l =>
                l.Category.ShouldBe("Pipeline.Test"));
        lines[^1].RunId.ShouldBeNull();
        lines[^1].Exception!.ShouldContain("broken");
    }
}
