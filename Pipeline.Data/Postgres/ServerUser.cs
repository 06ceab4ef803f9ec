using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Postgres;

/// <summary>The unprivileged user that runs the server when this process is root, since Postgres refuses to run as root.</summary>
internal sealed partial class ServerUser
{
    private readonly uint _uid, _gid;

    private ServerUser(uint uid, uint gid) => (_uid, _gid) = (uid, gid);

    /// <summary>Command prefix that runs a command as this user, with only that user's rights.</summary>
    public string[] Prefix => ["setpriv", $"--reuid={_uid}", $"--regid={_gid}", "--clear-groups", "--no-new-privs", "--"];

    /// <summary>
    /// Null when this process may run the server itself; else <c>postgres</c>, or <c>nobody</c> where there is no such user.
    /// </summary>
    public static ServerUser? ForThisProcess()
    {
        if (GetEffectiveUser() != 0) return null;
        string[][] users = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length >= 4).ToArray();
        string[] user = users.FirstOrDefault(f => f[0] == "postgres") ?? users.FirstOrDefault(f => f[0] == "nobody")
            ?? throw new PostgresMissingException(
            "PostgreSQL does not run as root, and /etc/passwd has neither a user postgres nor nobody; add one with: useradd --system "
            + "postgres");
        return new ServerUser(uint.Parse(user[2], CultureInfo.InvariantCulture), uint.Parse(user[3], CultureInfo.InvariantCulture));
    }

    /// <summary>Makes the user the owner of a file or folder.</summary>
    public void Own(string path)
    {
        if (ChangeOwner(path, _uid, _gid) != 0)
            throw new IOException($"{path}: cannot be given to user {_uid}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Whether the user can enter the folder, which requires permission on each of its parents.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken ct)
    {
        string[] command = [.. Prefix, "test", "-w", folder];
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
