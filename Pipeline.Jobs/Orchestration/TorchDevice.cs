using System.Globalization;
using System.Text;
using Pipeline.Data;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// One Torch job at a time per device, across all worker processes of a machine: a lock file, which the kernel frees when its holder
/// dies. With a GPU the whole machine shares it, whatever the data folder; without one the workers of a data folder do.
/// </summary>
internal sealed class TorchDevice(PipelineStorage storage)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _path = File.Exists("/dev/nvidiactl")
        ? Path.Combine(Path.GetTempPath(), $"pipeline-torch-{Name(Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"))}.lock")
        : Path.Combine(storage.Folder, "torch-cpu.lock");

    /// <summary>Waits for the device. Dispose to let the next one have it.</summary>
    public async Task<IAsyncDisposable> AcquireAsync(CancellationToken ct)
    {
        while (true)
        {
            if (FileLock.TryTake(_path, shared: false) is { } held)
            {
                // Next to the lock file, which waiting processes cannot read.
                await File.WriteAllTextAsync(HolderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), Encoding.ASCII,
                    CancellationToken.None);
                return held;
            }
            if (HolderIsStopped()) return NoLock.Instance;       // it cannot compute while it sleeps, and may sleep for long
            await Task.Delay(Pause, ct);
        }
    }

    private static string Name(string? visible) =>
        visible is null or "" ? "cuda-0" : "cuda-" + new string([.. visible.Where(char.IsAsciiLetterOrDigit)]);

    private string HolderPath => _path + ".holder";

    /// <summary>
    /// Whether the holder was stopped by a signal (state T): others proceed, as they do with its items when its lease ends.
    /// </summary>
    private bool HolderIsStopped()
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{File.ReadAllText(HolderPath).Trim()}/stat");
            return stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('T');
        }
        catch (IOException)
        {
            return false;       // no such process any more, or not written yet
        }
    }

    private sealed class NoLock : IAsyncDisposable
    {
        public static readonly NoLock Instance = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
