using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Outputs;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>
/// The checkpoints of one training run: which to resume from, and what happens when one cannot be written. A single failure
/// (a full disk) costs safety, not work, so training continues with a warning; a second in a row ends it.
/// </summary>
internal sealed class TrainingCheckpoints
{
    private const int MostFailuresInARow = 2;
    private readonly TrainingArguments _arguments;
    private readonly ITrainingObserver? _observer;
    private readonly CheckpointStore _store;
    private int _failures;

    public TrainingCheckpoints(TrainingArguments arguments, ITrainingObserver? observer)
    {
        (_arguments, _observer) = (arguments, observer);
        _store = new CheckpointStore(arguments.OutputDir, arguments.SaveTotalLimit, message => observer?.OnWarning(message));
    }

    /// <summary>Step of the checkpoint last written or resumed from; 0 for none.</summary>
    public int SavedAt { get; set; }

    /// <summary>The checkpoint to resume from, or null to start from scratch. Starting over deletes existing checkpoints.</summary>
    /// <exception cref="InputException">The folder's training run may not be overwritten, or the named checkpoint is damaged.</exception>
    public string? FindStart()
    {
        _store.Recover();
        TrainingOutputs.ClearLeftovers(_arguments.OutputDir);
        string? wanted = _arguments.ResumeFromCheckpoint;
        if (wanted is null || wanted.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            if (_store.Steps.Count > 0 && !_arguments.OverwriteOutputDir)
                throw new InputException(
                    $"output_dir: {_arguments.OutputDir} holds checkpoints of an earlier training (up to step {_store.Steps[0]});"
                    + " go on from them with --resume, or set overwrite_output_dir: true, or use another folder");
            if (TrainingOutputs.Exist(_arguments.OutputDir) && !_arguments.OverwriteOutputDir)
                throw new InputException(
                    $"output_dir: {_arguments.OutputDir} holds an adapter already; set overwrite_output_dir: true, or use another folder");
            TrainingOutputs.Clear(_arguments.OutputDir);
            _store.Clear();
            return null;
        }
        if (wanted.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            string? newest = _store.FindNewest();
            if (newest is null)
                _observer?.OnNothingToResume(_arguments.OutputDir);
            return newest;
        }
        return CheckpointStore.FindDamage(wanted) is { } damage
            ? throw new InputException(
            $"resume_from_checkpoint: {wanted}: {damage}; name another checkpoint, or true for the newest sound one")
            : wanted;
    }

    /// <summary>Writes a checkpoint that is due.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="writeFiles">Writes the checkpoint's files into an existing folder.</param>
    /// <param name="best">Step of the best evaluation, whose checkpoint is kept; null for none.</param>
    /// <exception cref="CheckpointException">Neither this one nor the one before could be written.</exception>
    public void Save(int step, Action<string> writeFiles, int? best)
    {
        try
        {
            Write(step, writeFiles, best);
            _failures = 0;
        }
        catch (IOException e) when (++_failures < MostFailuresInARow)
        {
            _observer?.OnWarning(
                $"the checkpoint of step {step} could not be written: {e.Message}; {Kept} The training goes on, and ends if the next "
                + $"checkpoint fails too");
        }
        catch (IOException e)
        {
            throw new CheckpointException(
                $"{_failures} checkpoints in a row could not be written, the last one of step {step}: {e.Message}; {Kept}"
                + " Free some space, then go on with --resume", e);
        }
    }

    /// <summary>Writes a checkpoint before training ends early; a failure is reported and leaves the earlier ones intact.</summary>
    /// <inheritdoc cref="Save" path="/param"/>
    public void SaveBeforeEnd(int step, Action<string> writeFiles, int? best)
    {
        if (step <= SavedAt || _arguments.SaveStrategy == "no")
            return;
        try
        {
            Write(step, writeFiles, best);
        }
        catch (IOException e)
        {
            _observer?.OnWarning($"the checkpoint of step {step} could not be written: {e.Message}; {Kept}");
        }
    }

    private string Kept => SavedAt > 0 ? $"{_store.FolderOf(SavedAt)} is intact." : "there is no earlier one.";

    private void Write(int step, Action<string> writeFiles, int? best)
    {
        _observer?.OnCheckpointing(step);
        _store.Save(step, writeFiles, best is { } kept ? [kept] : []);
        SavedAt = step;
        _observer?.OnCheckpoint(step, _store.FolderOf(step));
    }
}
