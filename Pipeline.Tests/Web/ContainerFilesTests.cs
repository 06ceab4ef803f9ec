using System.Diagnostics;

namespace Pipeline.Tests.Web;

public sealed class ContainerFilesTests
{
    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("docker-compose.yml", "docker-compose.gpu.yml")]
    [InlineData("docker-compose.yml", "docker-compose.s3.yml")]
    public async Task Compose_files_are_valid(params string[] files)
    {
        (int code, string output, string error) = await ComposeAsync(files, ("AUTH_TOKEN", "token"), ("POSTGRES_PASSWORD", "password"),
            ("ARTIFACTS_BUCKET", "bucket-for-artifacts"));
        code.ShouldBe(0, error);
        output.Contains("Artifacts__S3__Bucket: bucket-for-artifacts", StringComparison.Ordinal)
            .ShouldBe(files.Contains("docker-compose.s3.yml"));
        foreach (string service in new[] { "postgres", "web", "worker" })
            output.ShouldContain($"\n  {service}:\n");
        output.ShouldContain("pg_isready");
        output.ShouldContain("condition: service_healthy");
    }

    [Fact]
    public async Task Compose_refuses_to_start_an_open_server()
    {
        (int code, _, string error) = await ComposeAsync(["docker-compose.yml"], ("AUTH_TOKEN", ""), ("POSTGRES_PASSWORD", "password"));
        code.ShouldNotBe(0);
        error.ShouldContain("choose the access token");
    }

    [Fact]
    public void The_image_is_made_by_the_launchers_own_steps_and_runs_without_root()
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "Dockerfile"));
        lines.ShouldContain(l => l.StartsWith("RUN ./pipeline publish", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith("RUN ./pipeline install", StringComparison.Ordinal));
        lines.Last(l => l.StartsWith("USER ", StringComparison.Ordinal)).ShouldBe("USER app");
        Array.FindIndex(lines, l => l.StartsWith("USER ", StringComparison.Ordinal))
            .ShouldBeLessThan(Array.FindIndex(lines, l => l.StartsWith("ENTRYPOINT", StringComparison.Ordinal)));
        string launcher = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "pipeline"));
        launcher.ShouldContain("\n    install)");
        launcher.ShouldContain("\n    publish)");
        foreach (string copied in lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal)
            && !l.Contains("--from", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]).Where(f => f != "."))
            Path.Exists(Path.Combine(RepositoryRoot.Path, copied))
                .ShouldBeTrue($"the Dockerfile copies {copied}, which is not in the repository");
    }

    private static async Task<(int Code, string Output, string Error)> ComposeAsync(string[] files,
        params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("docker-compose",
            [.. files.SelectMany(f => new[] { "-f", Path.Combine(RepositoryRoot.Path, f) }), "config"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("docker-compose is not installed; './pipeline install --tests' installs it");
        }
        using (process)
        {
            CancellationToken ct = TestContext.Current.CancellationToken;
            Task<string> output = process!.StandardOutput.ReadToEndAsync(ct), error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output, await error);
        }
    }
}
