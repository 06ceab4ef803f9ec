using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Artifacts;

namespace Pipeline.Data.Postgres;

/// <summary>Distinguishes temporary trouble with the server or the artifact storage from permanent errors.</summary>
public static class Transience
{
    /// <summary>Whether the same call may succeed later: the server restarts, is unreachable, or ended the connection.</summary>
    public static bool IsServerTrouble(Exception e) => e switch
    {
        PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.DeadlockDetected,
        } => true,
        NpgsqlException { IsTransient: true } => true,
        ArtifactStoreException => e is not ArtifactSettingsException,
        NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException or TimeoutException } => true,
        // EF wraps a lost connection: in the first when saving, in the second for any statement.
        DbUpdateException { InnerException: { } inner } => IsServerTrouble(inner),
        InvalidOperationException { InnerException: { } inner } => IsServerTrouble(inner),
        _ => false,
    };

    /// <summary>Retries an action until the server answers, with pauses that double from 0.1 to 2 seconds.</summary>
    /// <param name="action">What to do; may be repeated.</param>
    /// <param name="onTrouble">Called for each failure with its number.</param>
    /// <param name="ct">Gives up; the last failure is thrown, or the cancellation when there was none.</param>
    public static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> action, Action<int, Exception>? onTrouble, CancellationToken ct)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await action();
            }
            catch (Exception e) when (IsServerTrouble(e))
            {
                if (ct.IsCancellationRequested) throw;
                onTrouble?.Invoke(failures, e);
                await Task.Delay(PauseAfter(failures), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (ct.IsCancellationRequested) throw;
            }
        }
    }

    /// <summary>
    /// The same for an action that blocks, on the caller's thread throughout: a continuation would block a pool thread that
    /// others wait for.
    /// </summary>
    public static T UntilAnswered<T>(Func<T> action, CancellationToken ct)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                return action();
            }
            catch (Exception e) when (IsServerTrouble(e))
            {
                if (ct.WaitHandle.WaitOne(PauseAfter(failures))) throw;
            }
        }
    }

    private static TimeSpan PauseAfter(int failures) => TimeSpan.FromSeconds(Math.Min(2, 0.1 * Math.Pow(2, Math.Min(failures - 1, 10))));
}
