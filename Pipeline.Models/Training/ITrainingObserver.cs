namespace Pipeline.Models.Training;

/// <summary>Sees a training as it happens. Called on the training's thread, so implementations return quickly.</summary>
public interface ITrainingObserver
{
    /// <summary>The training is about to begin or to go on.</summary>
    void OnStarted(TrainingStart start);

    /// <summary>A step is done.</summary>
    void OnStep(TrainingProgress progress);

    /// <summary>The held-out examples were evaluated.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="loss">Mean cross-entropy of a target token.</param>
    void OnEvaluated(int step, double loss);

    /// <summary>
    /// A checkpoint is about to be written. A resumed training tells nothing again of the steps up to it, so this is the moment to
    /// make safe what was told.
    /// </summary>
    /// <param name="step">Steps done.</param>
    void OnCheckpointing(int step);

    /// <summary>A checkpoint is complete.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="folder">The checkpoint.</param>
    void OnCheckpoint(int step, string folder);

    /// <summary>Asked to go on from the newest checkpoint, the training found none that can be used and begins with its first step.</summary>
    /// <param name="outputDir">Folder where it looked.</param>
    void OnNothingToResume(string outputDir) =>
        OnWarning($"{outputDir}: no usable checkpoint to go on from; the training starts at its first step");

    /// <summary>Something the user should know, which does not stop the training.</summary>
    void OnWarning(string message);
}
