using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Served;

/// <summary>The stable names, each served by one adapter at a time.</summary>
internal static class ServedNames
{
    /// <summary>
    /// Serialises everything that gives names to adapters or adapters to names, until the transaction ends. Taken after all other locks,
    /// and before what it guards is read.
    /// </summary>
    public static Task LockAsync(PipelineDbContext db, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('pipeline: names of adapters', 0))", ct);

    /// <summary>The promotion in force, or null while nothing serves the name.</summary>
    public static Task<Promotion?> CurrentAsync(PipelineDbContext db, string name, CancellationToken ct) =>
        db.Promotions.AsNoTracking().SingleOrDefaultAsync(p => db.ServedNames.Any(s => s.Name == name && s.PromotionId == p.Id), ct);

    /// <summary>Puts a promotion in force: the one decided now, or the earlier one that a rollback returns to.</summary>
    public static async Task FollowAsync(PipelineDbContext db, Promotion decision, Guid promotionId, CancellationToken ct)
    {
        ServedName? served = await db.ServedNames.SingleOrDefaultAsync(s => s.Name == decision.Name, ct);
        if (served is null) db.ServedNames.Add(served = new ServedName(decision.Name));
        served.Follow(promotionId, decision.Id);
    }

    /// <summary>Why a name cannot be served, or null.</summary>
    public static async Task<string?> FaultAsync(PipelineDbContext db, string name, CancellationToken ct) =>
        await db.Adapters.AnyAsync(a => a.Name == name, ct) ? $"'{name}' is the name of an adapter itself; choose another" : null;

    /// <summary>The default name served by runs of a schedule: the schedule's own, unless an adapter already has it.</summary>
    public static async Task<string> OfScheduleAsync(PipelineDbContext db, string schedule, CancellationToken ct) =>
        (await OfSchedulesAsync(db, [schedule], ct))[0];

    /// <summary>The same for many schedules, in their order.</summary>
    public static async Task<IReadOnlyList<string>> OfSchedulesAsync(PipelineDbContext db, IReadOnlyList<string> schedules,
        CancellationToken ct)
    {
        string[] names = [.. schedules.Select(AdapterName.From)];
        HashSet<string> taken = [.. await db.Adapters.Where(a => names.Contains(a.Name)).Select(a => a.Name).ToArrayAsync(ct)];
        return [.. names.Select(name => taken.Contains(name) ? name[..Math.Min(name.Length, 53)].TrimEnd('-') + "-served" : name)];
    }
}
