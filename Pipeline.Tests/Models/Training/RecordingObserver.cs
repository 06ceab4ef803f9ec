using Pipeline.Models.Training;

namespace Pipeline.Tests.Models.Training;

/// <summary>Remembers warnings and lets a test act in the middle of a training.</summary>
internal sealed class RecordingObserver : ITrainingObserver
{
    public Action<int>? Stepped { get; init; }

    public Action<int>? Checkpointing { get; init; }

    public List<string> Warnings { get; } = [];

    public void OnStarted(TrainingStart start)
    {
    }

    public void OnStep(TrainingProgress progress) => Stepped?.Invoke(progress.Step);

    public void OnEvaluated(int step, double loss)
    {
    }

    public void OnCheckpointing(int step) => Checkpointing?.Invoke(step);

    public void OnCheckpoint(int step, string folder)
    {
    }

    public void OnWarning(string message) => Warnings.Add(message);
}
