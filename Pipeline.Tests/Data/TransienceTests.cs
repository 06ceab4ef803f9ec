using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Postgres;

namespace Pipeline.Tests.Data;

public sealed class TransienceTests
{
    private static readonly Exception Cut = new NpgsqlException("Exception while reading from stream", new EndOfStreamException());
    private static readonly Exception Shutdown = new PostgresException("terminating connection", "FATAL", "FATAL",
        PostgresErrorCodes.AdminShutdown);
    private static readonly Exception Broken = new PostgresException("duplicate key", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation);

    [Fact]
    public void A_lost_connection_is_known_however_EF_wraps_it_and_nothing_else_is_taken_for_one()
    {
        foreach (Exception cause in (Exception[])[Cut, Shutdown])
        {
            Transience.IsServerTrouble(cause).ShouldBeTrue();
            Transience.IsServerTrouble(new DbUpdateException("saving", cause)).ShouldBeTrue();
            Transience.IsServerTrouble(new InvalidOperationException("likely transient", cause)).ShouldBeTrue();
            Transience.IsServerTrouble(new InvalidOperationException("likely transient", new DbUpdateException("saving", cause)))
                .ShouldBeTrue();
        }
        Transience.IsServerTrouble(new DbUpdateException("saving", Broken)).ShouldBeFalse();
        Transience.IsServerTrouble(new InvalidOperationException("a bug")).ShouldBeFalse();
        Transience.IsServerTrouble(new InvalidOperationException("a bug", new IOException())).ShouldBeFalse();
    }
}
