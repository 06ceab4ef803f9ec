using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Pipeline.Data.Postgres;

namespace Pipeline.Tests.Data;

public sealed class PrivateClusterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Data_survives_a_stop_and_a_stale_pid_file()
    {
        using TemporaryFolder folder = new();
        await using (PrivateCluster first = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop))
            await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 41 + 1 AS answer");
        // What a power cut leaves: a pid file whose number now belongs to another program, here this test.
        string cluster = Directory.GetFiles(folder.Path, "postgresql.conf", SearchOption.AllDirectories)
            .Select(f => Path.GetDirectoryName(f)!).Single();
        await File.WriteAllTextAsync(Path.Combine(cluster, "postmaster.pid"), $"{Environment.ProcessId}\n{cluster}\n", Stop);

        await using PrivateCluster second = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop);
        (await ExecuteAsync(second, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_second_user_joins_the_running_server_and_the_last_one_stops_it()
    {
        using TemporaryFolder folder = new();
        PrivateCluster first = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop);
        PrivateCluster second = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop);
        second.ConnectionString("postgres").ShouldBe(first.ConnectionString("postgres"));

        await first.DisposeAsync();
        (await ExecuteAsync(second, "SELECT 7")).ShouldBe(7);
        await second.DisposeAsync();
        await Should.ThrowAsync<NpgsqlException>(() => ExecuteAsync(second, "SELECT 7"));
    }

    [Fact]
    public async Task The_server_stops_when_its_user_is_killed()
    {
        using TemporaryFolder folder = new();
        await using (PrivateCluster made = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop))
            await ExecuteAsync(made, "SELECT 1");
        // A process that holds the users' lock as the product does stands for the killed one.
        using Process user = Process.Start(new ProcessStartInfo("flock", ["--shared", folder.File("users.lock"), "sleep", "600"]))!;
        PrivateCluster cluster = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop);
        await cluster.DisposeAsync();
        (await ExecuteAsync(cluster, "SELECT 1")).ShouldBe(1);

        user.Kill(entireProcessTree: true);
        await user.WaitForExitAsync(Stop);
        await Eventually.TrueAsync(() =>
            Directory.GetFiles(folder.Path, "postmaster.pid", SearchOption.AllDirectories).Length == 0, "the server stops");
    }

    [Fact]
    public async Task A_folder_that_the_servers_user_cannot_reach_gets_its_cluster_elsewhere()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "only root runs the server as another user");
        using TemporaryFolder folder = new();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.Path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string data = folder.File("data");
        string? elsewhere = null;
        try
        {
            await using PrivateCluster cluster = await PrivateCluster.StartAsync(data, durable: false, Stop);
            elsewhere = Path.GetDirectoryName(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(data, "connection.json"),
                Stop)).RootElement.GetProperty("Cluster").GetString());
            elsewhere.ShouldNotBeNull().ShouldNotStartWith(folder.Path);
            (await ExecuteAsync(cluster, "SELECT 5")).ShouldBe(5);
        }
        finally
        {
            if (elsewhere is not null) Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task Without_the_password_nobody_gets_in()
    {
        using TemporaryFolder folder = new();
        await using PrivateCluster cluster = await PrivateCluster.StartAsync(folder.Path, durable: false, Stop);
        NpgsqlConnectionStringBuilder guess = new(cluster.ConnectionString("postgres")) { Password = "guess", Pooling = false };
        await using NpgsqlConnection connection = new(guess.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() =>
            connection.OpenAsync(Stop))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(folder.File("connection.json"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_missing_server_version_is_named_with_the_command_that_installs_it()
    {
        string message = Should.Throw<PostgresMissingException>(() => PostgresPrograms.Find("7")).Message;
        message.ShouldContain("PostgreSQL 7 is not installed");
        message.ShouldContain("apt-get install -y --no-install-recommends postgresql-7");
        message.ShouldContain("ConnectionStrings__Pipeline");
    }

    private static async Task<int> ExecuteAsync(PrivateCluster cluster, string sql)
    {
        await using NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(cluster.ConnectionString("postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Stop);
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(Stop) as int? ?? 0;
    }
}
