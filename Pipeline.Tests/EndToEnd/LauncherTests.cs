using System.Diagnostics;

namespace Pipeline.Tests.EndToEnd;

/// <summary>The launcher as a shell runs it.</summary>
public sealed class LauncherTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Launcher => Path.Combine(RepositoryRoot.Path, "pipeline");

    [Theory]
    [InlineData("--version", "0.")]
    [InlineData("test --help", "Usage: ./pipeline test")]
    [InlineData("publish --help", "Usage: ./pipeline publish DIR")]
    [InlineData("install --help", "Usage: ./pipeline install")]
    public async Task Questions_about_itself_are_answered_without_building(string arguments, string expected)
    {
        (int exit, string output) = await BashAsync($"'{Launcher}' {arguments}");
        exit.ShouldBe(0);
        output.ShouldContain(expected);
    }

    [Fact]
    public async Task Another_apt_that_holds_the_lock_of_the_lists_is_waited_for()
    {
        using TemporaryFolder folder = new();
        // As apt-get 2.6 says it: the lock of the lists is not waited for by any option.
        (int exit, string output) = await UpdateAsync(folder, """
            n=$(cat "$COUNT" 2>/dev/null || echo 0); echo $((n + 1)) > "$COUNT"
            [ "$n" -ge 1 ] && exit 0
            echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)' >&2; exit 100
            """);
        exit.ShouldBe(0, output);
        output.ShouldContain("waiting for another apt to finish");
        (await File.ReadAllTextAsync(folder.File("count"), Stop)).Trim().ShouldBe("2");
    }

    [Fact]
    public async Task Other_trouble_of_apt_is_told_at_once()
    {
        using TemporaryFolder folder = new();
        (int exit, string output) = await UpdateAsync(folder, """
            echo x >> "$COUNT"; echo 'E: The repository does not have a Release file.' >&2; exit 100
            """);
        exit.ShouldBe(1);
        output.ShouldContain("does not have a Release file");
        (await File.ReadAllLinesAsync(folder.File("count"), Stop)).Length.ShouldBe(1);
    }

    /// <summary>Runs the launcher's own function with another apt-get in front.</summary>
    private static async Task<(int Exit, string Output)> UpdateAsync(TemporaryFolder folder, string aptGet)
    {
        await File.WriteAllTextAsync(folder.File("apt-get"), "#!/bin/bash\n" + aptGet, Stop);
        (await BashAsync($"chmod +x {folder.File("apt-get")}")).Exit.ShouldBe(0);
        string here = Path.GetDirectoryName(folder.File("apt-get"))!;
        return await BashAsync($$"""
            eval "$(sed -n '/^apt_timeout=/,/^}/p' '{{Launcher}}')"
            say() { echo "$1"; }
            state='{{here}}' COUNT='{{here}}/count' PATH='{{here}}':$PATH; export COUNT
            update_lists 2>&1
            """);
    }

    private static async Task<(int Exit, string Output)> BashAsync(string script)
    {
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        string output = await bash.StandardOutput.ReadToEndAsync(Stop);
        await bash.WaitForExitAsync(Stop);
        return (bash.ExitCode, output);
    }
}
