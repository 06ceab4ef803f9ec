using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Models.Training.Checkpoints;

namespace Pipeline.Jobs.Train;

/// <summary>
/// Copies of a training's checkpoints in the artifact store, for workers that share the store but no folder: a worker that takes the
/// training over resumes from the newest copy. Copying runs in the background; a checkpoint replaced before its turn is skipped.
/// </summary>
internal sealed class CheckpointCopies : IAsyncDisposable
{
    private readonly Channel<int> _steps =
        Channel.CreateBounded<int>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly IArtifactStore _artifacts;
    private readonly ItemClaim _claim;
    private readonly string _output;
    private readonly ILogger _logger;
    private readonly Task _copying;

    /// <param name="artifacts">Where the copies go.</param>
    /// <param name="claim">The training.</param>
    /// <param name="output">Folder with its checkpoints.</param>
    /// <param name="logger">Logs failed copies; the training continues.</param>
    public CheckpointCopies(IArtifactStore artifacts, ItemClaim claim, string output, ILogger logger)
    {
        (_artifacts, _claim, _output, _logger) = (artifacts, claim, output, logger);
        _copying = Task.Run(CopyAsync);
    }

    /// <summary>Puts the newest copy in place when it is newer than what this machine has.</summary>
    public async Task RestoreAsync(CancellationToken ct)
    {
        if (_claim.Item is not { CheckpointStep: { } step, CheckpointFiles: { } files }) return;
        if (CheckpointFolders.All(_output).Any(c => c.Step >= step)) return;
        string building = Path.Combine(_output, ".restored-" + Guid.NewGuid().ToString("N"));
        try
        {
            await _artifacts.RestoreFolderAsync(files, building, ct);
            Directory.Move(building, CheckpointFolders.Of(_output, step));
        }
        catch (Exception e) when (e is FileNotFoundException or DamagedArtifactException)
        {
            JobsLog.CheckpointNotRestored(_logger, step, e.Message);        // the local checkpoint, or the beginning, remains
        }
        finally
        {
            if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        }
    }

    /// <summary>Called when a checkpoint is complete on this machine's disk.</summary>
    public void Saved(int step) => _steps.Writer.TryWrite(step);

    /// <summary>Waits until the last checkpoint is copied, so that the next worker can resume from it.</summary>
    public async ValueTask DisposeAsync()
    {
        _steps.Writer.TryComplete();
        await _copying;
    }

    private async Task CopyAsync()
    {
        await foreach (int step in _steps.Reader.ReadAllAsync())
        {
            string folder = CheckpointFolders.Of(_output, step);
            try
            {
                SortedDictionary<string, StoredArtifact> files = await _artifacts.StoreFolderAsync(folder, _ => true, _claim.Lost);
                await _claim.NoteCheckpointAsync(step, files.Hashes(), _claim.Lost);
            }
            catch (OperationCanceledException)
            {
                return;         // no longer this worker's
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException) { }     // a newer one has replaced it
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                JobsLog.CheckpointNotCopied(_logger, step, e.Message);
            }
        }
    }
}
