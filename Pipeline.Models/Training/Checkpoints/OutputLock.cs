using Pipeline.Models.Files;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>
/// Keeps a second training out of an output folder, where each would delete the other's files. The kernel lets go when the holder dies.
/// </summary>
internal sealed class OutputLock : IDisposable
{
    private readonly FileStream _held;

    private OutputLock(FileStream held) => _held = held;

    /// <summary>Locks the folder, creating it if it does not exist.</summary>
    /// <exception cref="InputException">Another training run is using it, or it is a file.</exception>
    public static OutputLock Acquire(string outputDir)
    {
        if (File.Exists(outputDir))
            throw new InputException($"output_dir: {outputDir} is a file; give a folder");
        bool made = !Directory.Exists(outputDir);
        Directory.CreateDirectory(outputDir);
        if (made && Path.GetDirectoryName(Path.GetFullPath(outputDir)) is { } parent)
            DurableFiles.FlushFolder(parent);
        string path = Path.Combine(outputDir, ".training.lock");
        try
        {
            return new OutputLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1,
                FileOptions.DeleteOnClose));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new InputException(
                $"output_dir: {outputDir}: another training is writing there; wait for it, stop it, or use another folder", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();
}
