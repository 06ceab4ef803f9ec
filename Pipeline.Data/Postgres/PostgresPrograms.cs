using System.Diagnostics;

namespace Pipeline.Data.Postgres;

/// <summary>Where the server's programs are, and how to run them as a user that the server accepts.</summary>
internal sealed class PostgresPrograms
{
    private readonly string _folder;

    private PostgresPrograms(string folder) => _folder = folder;

    /// <summary>
    /// Finds <c>initdb</c> and <c>pg_ctl</c>: <c>PIPELINE_POSTGRES_BIN</c>, then Debian's folders, newest first, then PATH.
    /// </summary>
    /// <param name="majorVersion">Major version an existing cluster needs, or null.</param>
    /// <exception cref="PostgresMissingException">They are not installed, or not in that version.</exception>
    public static PostgresPrograms Find(string? majorVersion)
    {
        List<string> candidates = [];
        if (Environment.GetEnvironmentVariable("PIPELINE_POSTGRES_BIN") is { Length: > 0 } named) candidates.Add(named);
        if (Directory.Exists("/usr/lib/postgresql"))
            candidates.AddRange(Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), out int version) ? version : 0)
                .Select(d => Path.Combine(d, "bin")));
        candidates.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        string? found = candidates.FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl"))
            && (majorVersion is null || MajorVersionOf(d) == majorVersion));
        if (found is not null) return new PostgresPrograms(found);
        string package = majorVersion is null ? "postgresql" : $"postgresql-{majorVersion}";
        throw new PostgresMissingException(
            $"PostgreSQL{(majorVersion is null ? "" : " " + majorVersion)} is not installed (looked for initdb and pg_ctl in "
            + $"PIPELINE_POSTGRES_BIN, /usr/lib/postgresql/*/bin and PATH); " +
            $"install it with: apt-get install -y --no-install-recommends {package} — or name a running server in "
                + $"ConnectionStrings__Pipeline");
    }

    /// <summary>Path of a client program (<c>pg_dump</c>, <c>pg_restore</c>) of the newest installed version.</summary>
    /// <exception cref="PostgresMissingException">It is not installed.</exception>
    public static string ClientProgram(string program)
    {
        string file = Path.Combine(Find(null)._folder, program);
        if (File.Exists(file)) return file;
        // The folder found may hold only links to the server's programs: follow them.
        string real = Path.Combine(Path.GetDirectoryName(File.ResolveLinkTarget(Path.Combine(Find(null)._folder, "initdb"),
            returnFinalTarget: true)?.FullName ?? file)!, program);
        return File.Exists(real) ? real : throw new PostgresMissingException(
            $"{program} is not installed; install it with: apt-get install -y --no-install-recommends postgresql-client");
    }

    /// <summary>Command line of one of the programs, run as the server's user when we are root.</summary>
    public string[] Command(ServerUser? user, string program, params string[] arguments) =>
        [.. user?.Prefix ?? [], Path.Combine(_folder, program), .. arguments];

    /// <summary>"15" of "initdb (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)".</summary>
    private static string? MajorVersionOf(string folder)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(Path.Combine(folder, "initdb"), ["--version"]) { RedirectStandardOutput = true })!;
        string[] words = process.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return words.Length > 2 ? words[2].Split('.', '\n')[0] : null;
    }

    /// <summary>Runs a command to completion. Its output goes to a file, since the server inherits the handles.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public static async Task RunAsync(string[] command, string workingFolder, CancellationToken ct)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C";
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal))
            .ToArray()) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(ct), error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode == 0) return;
        string program = command.First(c =>
            c.Contains("/bin/", StringComparison.Ordinal) && !c.Contains("setpriv", StringComparison.Ordinal));
        throw new InvalidOperationException(
            $"{Path.GetFileName(program)} failed with exit code {process.ExitCode}: {(await error).Trim()} {(await output).Trim()}".Trim());
    }
}
