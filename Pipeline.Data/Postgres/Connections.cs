using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>Additions to the connection string that a user gave.</summary>
public static class Connections
{
    /// <summary>
    /// The few statements of the orchestration are parsed and planned once per connection, unless the string says otherwise.
    /// </summary>
    public static string WithPreparedStatements(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        if (builder.MaxAutoPrepare == 0) builder.MaxAutoPrepare = 60;
        return builder.ConnectionString;
    }

    /// <summary>
    /// Commits without waiting for the disk. For what may be lost in a server crash because it is then simply repeated: queue
    /// entries, leases, log lines. A result committed later, on any connection, flushes all earlier ones with it.
    /// </summary>
    public static string WithRelaxedCommits(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        builder.Options = $"{builder.Options} -c synchronous_commit=off".Trim();
        return builder.ConnectionString;
    }
}
