namespace Pipeline.Data.Postgres;

/// <summary>A lock between processes on one file; the kernel releases it when its holder dies.</summary>
public static class FileLock
{
    /// <summary>The lock, or null when another process holds it in a conflicting mode.</summary>
    public static FileStream? TryTake(string path, bool shared)
    {
        try
        {
            if (!File.Exists(path)) File.Create(path).Dispose();
            // .NET maps FileShare.Read on a reading handle to a shared flock, FileShare.None to an exclusive one.
            return shared
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
                : new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock as soon as it is free.</summary>
    /// <exception cref="TimeoutException">Another process held on to it; the message names the file.</exception>
    public static async Task<FileStream> AcquireAsync(string path, bool shared, TimeSpan timeout, CancellationToken ct)
    {
        for (DateTime end = DateTime.UtcNow + timeout; ;)
        {
            if (TryTake(path, shared) is { } held) return held;
            if (DateTime.UtcNow > end) throw new TimeoutException(
                $"{path} is locked by another process for more than {timeout.TotalSeconds:F0} seconds");
            await Task.Delay(50, ct);
        }
    }
}
