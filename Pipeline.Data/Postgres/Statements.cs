using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>
/// Statements sent together and answered together, for work done for every item. Each is prepared once per connection.
/// </summary>
internal static class Statements
{
    /// <summary>A statement with <c>$1</c>, <c>$2</c>, … for its values.</summary>
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<object> values)
    {
        NpgsqlBatchCommand statement = new(sql);
        foreach (object value in values) statement.Parameters.Add(new NpgsqlParameter { Value = value });
        return statement;
    }

    /// <summary>Statements as one message to the server, on the connection of a context and in its transaction.</summary>
    public static NpgsqlBatch Batch(this PipelineDbContext db, params ReadOnlySpan<NpgsqlBatchCommand> statements)
    {
        NpgsqlBatch batch = new((NpgsqlConnection)db.Database.GetDbConnection(),
            (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (NpgsqlBatchCommand statement in statements) batch.BatchCommands.Add(statement);
        return batch;
    }

    /// <summary>The first row of a statement that is its own transaction, or null.</summary>
    public static async Task<T?> FirstAsync<T>(this NpgsqlDataSource source, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, T> read,
        CancellationToken ct)
        where T : class
    {
        await using NpgsqlBatch batch = source.CreateBatch();
        batch.BatchCommands.Add(statement);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? read(reader) : null;
    }
}
