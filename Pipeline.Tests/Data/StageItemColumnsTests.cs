using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;

namespace Pipeline.Tests.Data;

/// <summary>Claims read items without the model: a column added to it must be read by both.</summary>
public sealed class StageItemColumnsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_item_reads_the_same_with_and_without_the_model()
    {
        await using ServiceProvider services = database.Services();
        await using PipelineDbContext db = await services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop);
        Run run = new("test", null, "{}", DateTimeOffset.UtcNow);
        string sha256 = new('a', 64);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO documents (sha256, file_name, bytes, created_at) VALUES ({sha256}, 'a.pdf', 0, now()) ON CONFLICT DO NOTHING",
            Stop);
        RunDocument document = new(run.Id, "a.pdf", sha256);
        StageItem bare = new(run.Id, Stages.Train, null, 5, DateTimeOffset.UtcNow);
        StageItem full = new(run.Id, Stages.Extract, document.Id, 5, DateTimeOffset.UtcNow, key: "part");
        db.AddRange(run, document, bare, full);
        await db.SaveChangesAsync(Stop);
        await db.Database.ExecuteSqlAsync($$"""
            UPDATE stage_items SET state = 'Failed', attempt = 2, attempts_left = 3, attempts_allowed = 6, worker = 'w',
                lease_until = now(), not_before = now() + interval '1 s', transient_failures = 4, suspect = true, priority = 7,
                started_at = now() + interval '2 s', finished_at = now() + interval '3 s', seconds = 8.5, progress_done = 9, progress_total = 10,
                estimated_end = now() + interval '4 s',
                checkpoint_files = '{"a": "b"}', checkpoint_step = 11, from_cache = true, error = 'e', failure_kind = 'Input'
            WHERE id = {{full.Id}}
            """, Stop);

        IEntityType model = db.Model.FindEntityType(typeof(StageItem))!;
        StageItem.Columns.Split(',', StringSplitOptions.TrimEntries)
            .ShouldBe(model.GetProperties().Select(p => p.GetColumnName()), ignoreOrder: true);
        foreach (StageItem item in (StageItem[])[bare, full])
        {
            StageItem expected = await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == item.Id, Stop);
            await using NpgsqlCommand command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
                $"SELECT {StageItem.Columns} FROM stage_items WHERE id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = item.Id });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Stop);
            (await reader.ReadAsync(Stop)).ShouldBeTrue();
            JsonSerializer.Serialize(StageItem.Read(reader)).ShouldBe(JsonSerializer.Serialize(expected));
        }
    }
}
