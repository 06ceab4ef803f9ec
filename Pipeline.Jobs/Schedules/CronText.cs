using Cronos;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Schedules;

internal static class CronText
{
    private static readonly DateTime AnyTime = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static CronExpression Parse(string cron) =>
        CronExpression.Parse(cron, cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6
        ? CronFormat.IncludeSeconds : CronFormat.Standard);

    /// <summary>Why an expression is unusable, with what is expected, for the end of a message; null when it is fine.</summary>
    public static string? FindFault(string? cron)
    {
        try
        {
            // Expressions have no year: one that does not fire within 400 years, the period of the calendar, never does.
            return Parse(cron ?? "").GetNextOccurrence(AnyTime) is null
                ? "never fires: no month that it names has the day that it names; change day or month"
                : null;
        }
        catch (CronFormatException e)
        {
            return $"is not a cron expression ({e.Message.TrimEnd('.')}); expected five fields like '0 3 * * 1' (minute hour day month "
                + $"weekday), or six with seconds first";
        }
    }

    public static ScheduleEntry Entry(Schedule s, string servedName, DateTimeOffset now)
    {
        RunOptions options = RunOptionsJson.Read(s.Configuration);
        DateTimeOffset? next = s.Enabled ? Parse(s.Cron).GetNextOccurrence(now, TimeZoneInfo.FindSystemTimeZoneById(s.TimeZone)) : null;
        return new ScheduleEntry(s.Id, s.Name, s.Cron, s.TimeZone, s.Folder, options, s.Enabled, next, s.LastRunId, s.LastFiredAt,
            s.LastSkippedAt, s.LastSkipReason,
            options.Publish.PromoteAs ?? servedName);
    }
}
