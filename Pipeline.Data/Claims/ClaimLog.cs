using Microsoft.Extensions.Logging;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

internal static partial class ClaimLog
{
    [LoggerMessage(1001, LogLevel.Warning, "the lease of {Stage} item {ItemId} could not be renewed and will be tried again: {Error}")]
    public static partial void HeartbeatFailed(ILogger logger, Stage stage, Guid itemId, string error);
}
