using Hangfire.PostgreSql;
using Hangfire.Storage;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Queue whose waiting workers outlast a server that is away. Hangfire lets a worker that failed to look for a job rest for the square
/// of its failures in seconds, counts those of all workers of a server together, and forgets them only when a job has been done: after
/// an outage of half a minute nobody would look for half a minute more.
/// </summary>
internal sealed class PatientStorage(IConnectionFactory connections, PostgreSqlStorageOptions options) : PostgreSqlStorage(connections, options)
{
    public override IStorageConnection GetConnection() => new PatientConnection(this);

    private sealed class PatientConnection(PostgreSqlStorage storage) : PostgreSqlConnection(storage)
    {
        // The caller is a thread of Hangfire's that has nothing else to do.
        public override IFetchedJob FetchNextJob(string[] queues, CancellationToken cancellationToken) =>
            Transience.UntilAnswered(() => base.FetchNextJob(queues, cancellationToken), cancellationToken);
    }
}
