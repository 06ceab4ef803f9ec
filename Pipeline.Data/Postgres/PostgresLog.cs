using Microsoft.Extensions.Logging;

namespace Pipeline.Data.Postgres;

internal static partial class PostgresLog
{
    [LoggerMessage(1003, LogLevel.Warning, "the database's notifications are not heard and will be listened to again: {Error}")]
    public static partial void ListeningFailed(ILogger logger, string error);

    [LoggerMessage(1004, LogLevel.Debug, "a notification could not be sent: {Error}")]
    public static partial void NotificationFailed(ILogger logger, string error);
}
