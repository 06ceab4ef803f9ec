namespace Pipeline.Web;

/// <summary>Every log line of the host, declared once. None contains a token, a prompt or document text.</summary>
internal static partial class WebLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string method, string path);

    [LoggerMessage(2, LogLevel.Information, "Loading model {Folder}")]
    public static partial void LoadingModel(this ILogger log, string folder);

    [LoggerMessage(3, LogLevel.Information, "Unloading model {Folder}")]
    public static partial void UnloadingModel(this ILogger log, string folder);

    [LoggerMessage(4, LogLevel.Warning, "The image API has no model: {Reason}")]
    public static partial void VisionModelUnavailable(this ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Method} {Path} was refused, the database does not answer: {Error}")]
    public static partial void DatabaseAway(this ILogger log, string method, string path, string error);

    [LoggerMessage(6, LogLevel.Error, "Storage: {Reason}")]
    public static partial void StorageFailed(this ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Chat template: {Warning}")]
    public static partial void TemplateWarning(this ILogger log, string warning);
}
