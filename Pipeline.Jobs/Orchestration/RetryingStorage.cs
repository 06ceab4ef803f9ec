using Hangfire.PostgreSql;
using Hangfire.Storage;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Queue whose waiting workers outlast a server outage. A worker that failed to look for a job is paused by Hangfire for the
/// square of its failures in seconds; failures of all workers of a server count together and are reset only when a job has been
/// done: after an outage of half a minute, nobody would look for another half minute.
/// </summary>
internal sealed class RetryingStorage(IConnectionFactory connections, PostgreSqlStorageOptions options)
    : PostgreSqlStorage(connections, options)
{
    public override IStorageConnection GetConnection() => new RetryingConnection(this);

    private sealed class RetryingConnection(PostgreSqlStorage storage) : PostgreSqlConnection(storage)
    {
        // The caller is a Hangfire thread that has nothing else to do.
        public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken) =>
            Transience.UntilAnswered(() => base.FetchNextJob(queues, cancellationToken), cancellationToken);
    }
}
