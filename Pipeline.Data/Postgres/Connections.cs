using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>What is added to the connection string that a user gave.</summary>
public static class Connections
{
    /// <summary>The few statements of the orchestration are parsed and planned once per connection, unless the string says otherwise.</summary>
    public static string WithPreparedStatements(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        if (builder.MaxAutoPrepare == 0) builder.MaxAutoPrepare = 60;
        return builder.ConnectionString;
    }

    /// <summary>
    /// Commits without waiting for the disk. For what may be lost when the server crashes, because it is only repeated then: queue
    /// entries, leases, log lines. A result that is committed later, on any connection, takes all earlier ones to the disk with it.
    /// </summary>
    public static string WithRelaxedCommits(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        builder.Options = $"{builder.Options} -c synchronous_commit=off".Trim();
        return builder.ConnectionString;
    }
}
