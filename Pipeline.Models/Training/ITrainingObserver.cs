namespace Pipeline.Models.Training;

/// <summary>Observes a training run. Called on the training thread, so implementations must return quickly.</summary>
public interface ITrainingObserver
{
    /// <summary>Training is about to start or resume.</summary>
    void OnStarted(TrainingStart start);

    /// <summary>A step is done.</summary>
    void OnStep(TrainingProgress progress);

    /// <summary>The held-out examples were evaluated.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="loss">Mean cross-entropy per target token.</param>
    void OnEvaluated(int step, double loss);

    /// <summary>
    /// A checkpoint is about to be written. A resumed run does not report the steps before it again, so persist everything
    /// reported so far now.
    /// </summary>
    /// <param name="step">Steps completed.</param>
    void OnCheckpointing(int step);

    /// <summary>A checkpoint is complete.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    void OnCheckpoint(int step, string folder);

    /// <summary>Resuming was requested, but no usable checkpoint was found, so training starts at the first step.</summary>
    /// <param name="outputDir">Folder that was searched.</param>
    void OnNothingToResume(string outputDir) =>
        OnWarning($"{outputDir}: no usable checkpoint to go on from; the training starts at its first step");

    /// <summary>Something the user should know that does not stop training.</summary>
    void OnWarning(string message);
}
