using Microsoft.Extensions.Logging;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs;

/// <summary>Every log message of this project. Run, stage, item and attempt are in the scope.</summary>
internal static partial class JobsLog
{
    [LoggerMessage(2001, LogLevel.Warning, "{Request} failed: {Error}")]
    public static partial void RequestFailed(ILogger logger, string request, string error);

    [LoggerMessage(2002, LogLevel.Information, "run {RunId} accepted: {Name}")]
    public static partial void RunAccepted(ILogger logger, Guid runId, string name);

    [LoggerMessage(2003, LogLevel.Information, "{Stage} started, attempt {Attempt}")]
    public static partial void StageStarted(ILogger logger, Stage stage, int attempt);

    [LoggerMessage(2004, LogLevel.Information, "{Stage} done in {Seconds:F1} s: {Result}")]
    public static partial void StageDone(ILogger logger, Stage stage, double seconds, string result);

    [LoggerMessage(2005, LogLevel.Warning, "{Stage} failed ({Kind}): {Error}")]
    public static partial void StageFailed(ILogger logger, Stage stage, FailureKind kind, string error);

    [LoggerMessage(2006, LogLevel.Error, "{Stage} failed by a fault of this program")]
    public static partial void StageBug(ILogger logger, Exception exception, Stage stage);

    [LoggerMessage(2007, LogLevel.Warning, "{Stage} was taken over by another worker or its run was canceled; this result is discarded")]
    public static partial void LeaseLost(ILogger logger, Stage stage);

    [LoggerMessage(2008, LogLevel.Information, "{Stage} is given back unfinished: this worker stops")]
    public static partial void StageReleased(ILogger logger, Stage stage);

    [LoggerMessage(2009, LogLevel.Warning, "the outbox could not be read and will be tried again: {Error}")]
    public static partial void DispatchFailed(ILogger logger, string error);

    [LoggerMessage(2010, LogLevel.Warning, "the search for stalled work failed and will be tried again: {Error}")]
    public static partial void SweepFailed(ILogger logger, string error);

    [LoggerMessage(2011, LogLevel.Warning, "{Count} stalled items were put back to work")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(2017, LogLevel.Warning, "no {Stage} item could be claimed (try {Attempt}); the server is asked again: {Error}")]
    public static partial void ClaimFailed(ILogger logger, Stage stage, int attempt, string error);

    [LoggerMessage(2019, LogLevel.Warning, "item {ItemId} could not be claimed (try {Attempt}); the server is asked again: {Error}")]
    public static partial void ItemClaimFailed(ILogger logger, Guid itemId, int attempt, string error);

    [LoggerMessage(2018, LogLevel.Warning,
        "the end of {Stage} could not be stored; another worker takes the item when its lease ends: {Error}")]
    public static partial void EndFailed(ILogger logger, Stage stage, string error);

    [LoggerMessage(2012, LogLevel.Information, "schedule {Schedule} fired: run {RunId}")]
    public static partial void ScheduleFired(ILogger logger, string schedule, Guid runId);

    [LoggerMessage(2014, LogLevel.Information, "training: {Steps} steps to go after {Done} done, over {Examples} examples")]
    public static partial void TrainingStarted(ILogger logger, int steps, int done, int examples);

    [LoggerMessage(2015, LogLevel.Warning, "training: {Warning}")]
    public static partial void TrainingWarning(ILogger logger, string warning);

    [LoggerMessage(2040, LogLevel.Warning, "chat template: {Warning}")]
    public static partial void TemplateWarning(ILogger logger, string warning);

    [LoggerMessage(2020, LogLevel.Information, "{Engine}: {Line}")]
    public static partial void EngineLine(ILogger logger, string engine, string line);

    [LoggerMessage(2021, LogLevel.Information, "{Engine}: {Count} more lines in the last seconds")]
    public static partial void EngineLinesSkipped(ILogger logger, string engine, int count);

    [LoggerMessage(2016, LogLevel.Warning, "{Folder} could not be removed: {Error}")]
    public static partial void CleaningFailed(ILogger logger, string folder, string error);

    [LoggerMessage(2042, LogLevel.Warning, "the new adapter is not compared with the one that serves: {Obstacle}")]
    public static partial void CurrentNotMeasured(ILogger logger, string obstacle);

    [LoggerMessage(2041, LogLevel.Information, "{Name} is served by {Adapter} from now on ({By}): {Reason}")]
    public static partial void ServedFromNowOn(ILogger logger, string name, string adapter, string by, string reason);

    [LoggerMessage(2013, LogLevel.Warning, "schedule {Schedule} did not start a run: {Error}")]
    public static partial void ScheduleFailed(ILogger logger, string schedule, string error);

    [LoggerMessage(2032, LogLevel.Warning,
        "the checkpoint of step {Step} could not be copied to the artifact store; the next one is tried: {Error}")]
    public static partial void CheckpointNotCopied(ILogger logger, int step, string error);

    [LoggerMessage(2033, LogLevel.Warning, "the checkpoint of step {Step} could not be had from the artifact store: {Error}")]
    public static partial void CheckpointNotRestored(ILogger logger, int step, string error);

    [LoggerMessage(2034, LogLevel.Information,
        "removed {Artifacts} stored files ({Mebibytes:F1} MiB), {LogLines} log lines, {Rasters} page rasters, {Checkpoints} checkpoints, "
        + "{Leftovers} leftovers")]
    public static partial void Collected(ILogger logger, int artifacts, double mebibytes, long logLines, int rasters, int checkpoints,
        int leftovers);

    [LoggerMessage(2035, LogLevel.Warning, "{What} past their time could not be removed, which is tried again: {Error}")]
    public static partial void HousekeepingFailed(ILogger logger, string what, string error);

    [LoggerMessage(2030, LogLevel.Warning, "{Task} waits for the database: {Error}")]
    public static partial void StartupTaskWaits(ILogger logger, string task, string error);

    [LoggerMessage(2031, LogLevel.Error, "{Task} failed; it is done again when a worker starts")]
    public static partial void StartupTaskFailed(ILogger logger, Exception exception, string task);

    [LoggerMessage(2050, LogLevel.Warning, "endpoint {Endpoint}: try {Attempt} failed, the next one in {Seconds:F1} s: {Error}")]
    public static partial void EndpointRetried(ILogger logger, string endpoint, int attempt, double seconds, string error);

    [LoggerMessage(2051, LogLevel.Warning, "rows written by the base model: {Warning}")]
    public static partial void WriterWarning(ILogger logger, string warning);
}
