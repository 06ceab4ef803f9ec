using Microsoft.Extensions.Logging;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

internal static partial class ClaimLog
{
    [LoggerMessage(1001, LogLevel.Warning, "the leases of {Count} items could not be renewed and will be tried again: {Error}")]
    public static partial void HeartbeatFailed(ILogger logger, int count, string error);

    [LoggerMessage(1002, LogLevel.Warning, "the end of {Stage} could not be stored (try {Attempt}) and will be tried again: {Error}")]
    public static partial void EndFailed(ILogger logger, Stage stage, int attempt, string error);
}
