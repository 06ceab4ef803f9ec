namespace Pipeline.Jobs.Train;

/// <summary>Keeps a second process out of a work folder; the kernel releases it when the holder dies.</summary>
internal sealed class WorkFolderLock : IAsyncDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private readonly FileStream _held;

    private WorkFolderLock(FileStream held) => _held = held;

    /// <exception cref="TimeoutException">A worker that lost its lease still writes there; retry later.</exception>
    public static async Task<WorkFolderLock> AcquireAsync(string path, CancellationToken ct)
    {
        for (DateTime end = DateTime.UtcNow + LockTimeout; ;)
        {
            try
            {
                return new WorkFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (File.Exists(path))
            {
                if (DateTime.UtcNow > end) throw new TimeoutException($"{path} is still held by another worker");
                await Task.Delay(200, ct);
            }
        }
    }

    /// <summary>Removes a folder that the lock protected.</summary>
    public void DeleteFolder(string folder)
    {
        if (_held.CanWrite && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
