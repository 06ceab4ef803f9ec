using Hangfire.PostgreSql;
using Npgsql;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Hangfire's tables, in their own schema next to ours.</summary>
internal static class QueueStorage
{
    private const long InstallLock = 0x50495045_48414e47;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Opens them while the host is built, waiting for a server that is unavailable.</summary>
    public static PostgreSqlStorage Open(string connectionString)
    {
        using CancellationTokenSource asked = new(ConnectTimeout);
        return Transience.UntilAnsweredAsync(() => Task.FromResult(OpenNow(connectionString)), null, asked.Token).GetAwaiter().GetResult();
    }

    private static RetryingStorage OpenNow(string connectionString)
    {
        // Processes that start together would trip over each other while creating the tables.
        using NpgsqlConnection guard = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        guard.Open();
        using (NpgsqlCommand take = new($"SELECT pg_advisory_lock({InstallLock})", guard)) take.ExecuteNonQuery();
        return new RetryingStorage(new ConnectionFactory(connectionString), new PostgreSqlStorageOptions
        {
            SchemaName = "hangfire",
            PrepareSchemaIfNecessary = true,
            UseSlidingInvisibilityTimeout = true,                       // a dead worker's entry is free again after this:
            InvisibilityTimeout = TimeSpan.FromSeconds(30),
            DistributedLockTimeout = TimeSpan.FromSeconds(30),          // and so is a lock it left behind; locks are held only briefly
            EnableLongPolling = true,                                   // Postgres notifies; the poll is for lost notifications
            QueuePollInterval = TimeSpan.FromSeconds(1),
            AllowDegradedModeWithoutStorage = false,
            EnableTransactionScopeEnlistment = false,
        });
    }

    private sealed class ConnectionFactory(string connectionString) : IConnectionFactory
    {
        // The password stays in the string: Hangfire clones connections for its listeners.
        private readonly string _connectionString =
            Connections.WithPreparedStatements(Connections.WithRelaxedCommits(
                new NpgsqlConnectionStringBuilder(connectionString)
                {
                    ApplicationName = "pipeline-queue",
                    PersistSecurityInfo = true
                }.ConnectionString));

        public NpgsqlConnection GetOrCreateConnection() => new(_connectionString);
    }
}
