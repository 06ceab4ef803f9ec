using System.Diagnostics.CodeAnalysis;
using Cronos;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Schedules;

internal static class CronText
{
    public static CronExpression Parse(string cron) =>
        CronExpression.Parse(cron, cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);

    public static bool TryParse(string cron, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            Parse(cron ?? "");
            problem = null;
            return true;
        }
        catch (CronFormatException e)
        {
            problem = $"is not a cron expression ({e.Message.TrimEnd('.')})";
            return false;
        }
    }

    public static ScheduleEntry Entry(Schedule s, string servedName, DateTimeOffset now)
    {
        RunOptions options = RunOptionsJson.Read(s.Configuration);
        DateTimeOffset? next = s.Enabled ? Parse(s.Cron).GetNextOccurrence(now, TimeZoneInfo.FindSystemTimeZoneById(s.TimeZone)) : null;
        return new ScheduleEntry(s.Id, s.Name, s.Cron, s.TimeZone, s.Folder, options, s.Enabled, next, s.LastRunId, s.LastFiredAt, s.LastSkippedAt, s.LastSkipReason,
            options.Publish.PromoteAs ?? servedName);
    }
}
