using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Models;
using Pipeline.Models.Training;

namespace Pipeline.Jobs.Orchestration;

/// <summary>What every stage shares: claim, log scope, and the meaning of each way to end.</summary>
internal sealed class StageRunner(ItemClaims claims, ILogger<StageRunner> logger)
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Claims the item and does the work, or returns at once when another worker has it or it is finished.</summary>
    /// <param name="itemId">The item.</param>
    /// <param name="work">
    /// Does the work and ends the claim; returns the outcome, for the log. Its token is canceled when this worker stops or the
    /// item is lost.
    /// </param>
    /// <param name="stopping">Canceled when this worker stops.</param>
    public async Task RunAsync(Guid itemId, Func<ItemClaim, CancellationToken, Task<string>> work, CancellationToken stopping)
    {
        await using ItemClaim? claim = await Transience.UntilAnsweredAsync(
            () => claims.TryClaimAsync(itemId, stopping), (failures, e) =>
                JobsLog.ItemClaimFailed(logger, itemId, failures, e.Message), stopping);
        if (claim is null) return;
        StageItem item = claim.Item;
        using IDisposable? scope = logger.BeginScope(new Dictionary<string, object?>
        {
            ["RunId"] = item.RunId,
            ["ItemId"] = item.Id,
            ["Stage"] = item.Stage,
            ["Attempt"] = item.Attempt,
        });
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, claim.Lost);
        JobsLog.StageStarted(logger, item.Stage, item.Attempt);
        long started = Stopwatch.GetTimestamp();
        try
        {
            string result = await work(claim, either.Token);
            JobsLog.StageDone(logger, item.Stage, Stopwatch.GetElapsedTime(started).TotalSeconds, result);
        }
        catch (LeaseLostException)
        {
            JobsLog.LeaseLost(logger, item.Stage);
        }
        catch (OperationCanceledException) when (claim.Lost.IsCancellationRequested)
        {
            JobsLog.LeaseLost(logger, item.Stage);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            JobsLog.StageReleased(logger, item.Stage);
            await EndAsync(claim, claim.ReleaseAsync, CancellationToken.None);
        }
        catch (Exception e)
        {
            FailureKind kind = KindOf(e);
            if (kind == FailureKind.Bug) JobsLog.StageBug(logger, e, item.Stage);
            else JobsLog.StageFailed(logger, item.Stage, kind, e.Message);
            string message = kind == FailureKind.Bug
                ? $"{e.GetType().Name}: {e.Message} (a fault of this program; its stack is in the log)" : e.Message;
            await EndAsync(claim, async ct =>
            {
                if (await claim.FailAsync(kind, message, ct)) StageFailures.Add(item.Stage, message, e);
            }, either.Token);
        }
    }

    private async Task EndAsync(ItemClaim claim, Func<CancellationToken, Task> end, CancellationToken ct)
    {
        // A stopping worker does not wait for an unavailable server: the lease expires by itself.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (!ct.CanBeCanceled || ct.IsCancellationRequested) limit.CancelAfter(ShutdownTimeout);
        try
        {
            await end(limit.Token);
        }
        catch (LeaseLostException)
        {
            JobsLog.LeaseLost(logger, claim.Item.Stage);
        }
        catch (Exception e) when (e is OperationCanceledException || Transience.IsServerTrouble(e))
        {
            JobsLog.EndFailed(logger, claim.Item.Stage, e.Message);
        }
    }

    internal static FailureKind KindOf(Exception e) => e switch
    {
        InputException or MissingPrerequisiteException or TrainingDivergedException or DamagedArtifactException => FailureKind.Input,
        _ when Transience.IsServerTrouble(e) => FailureKind.Transient,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => FailureKind.Transient,      // somebody was faster; look again
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => FailureKind.Input,
        IOException or TimeoutException => FailureKind.Transient,           // a full disk, an unreachable share
        DbUpdateException { InnerException: NpgsqlException inner } => KindOf(inner),
        _ => FailureKind.Bug,
    };
}
