using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Training.Configuration;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Evaluate;

/// <summary>Measures the adapter that serves a name on the held-out examples of another run.</summary>
internal sealed class CurrentLoss(PipelineStorage storage, IAdapterComparison comparison)
{
    /// <summary>The loss over the same target tokens as the run's own adapter, or why there is none.</summary>
    /// <param name="current">The adapter that serves.</param>
    /// <param name="candidate">The run's training.</param>
    /// <param name="dataset">The run's dataset, with held-out examples.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="tokens">Target tokens that the run's adapter was measured on.</param>
    /// <param name="folder">Folder to work in; the caller removes it.</param>
    /// <param name="ct">Stops between batches.</param>
    public async Task<(double? Loss, string? Obstacle)> MeasureAsync(
        CurrentAdapter current, Training candidate, DatasetRow dataset, RunOptions options, long tokens, string folder,
        CancellationToken ct)
    {
        if (current.Obstacle(candidate) is { } obstacle) return (null, obstacle);
        string name = current.Adapter.Name;
        try
        {
            string adapter = Path.Combine(folder, "current");
            await TrainedAdapter.RestoreAsync(storage.Artifacts, current.Training, current.Settings.Arguments, adapter, ct);
            string examples = (await ExamFiles.RestoreAsync(storage.Artifacts, dataset, options.Evaluation, folder, ct)).HeldOut;
            (double loss, long measured) = await Task.Run(
                () =>
                    comparison.Measure(candidate.BaseModel, adapter, examples, current.SettingsForComparison(options.Training.Arguments),
                    ct), ct);
            return measured == tokens
                ? (loss, null)
                : (null,
                $"{name}, which serves the name, was measured on {measured} target tokens and this one on {tokens}: their templates "
                + $"differ, so their losses cannot be compared; promote by hand what should serve");
        }
        catch (Exception e) when (e is InputException or FileNotFoundException or DirectoryNotFoundException)
        {
            // A fault of the serving adapter must not fail the run that might replace it.
            return (null, $"{name}, which serves the name, could not be measured ({e.Message}); promote by hand what should serve");
        }
    }

    /// <summary>Its replies to the questions of a run's examination; null where the run has none.</summary>
    /// <param name="current">The adapter that serves, whose files <see cref="MeasureAsync"/> has put into the folder.</param>
    /// <param name="candidate">The run's training.</param>
    /// <param name="dataset">The run's dataset.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="folder">The folder given to <see cref="MeasureAsync"/>.</param>
    /// <param name="ct">Stops between batches.</param>
    public async Task<SideResult?> ExamineAsync(CurrentAdapter current, Training candidate, DatasetRow dataset, RunOptions options,
        string folder, CancellationToken ct)
    {
        ExamFiles files = await ExamFiles.RestoreAsync(storage.Artifacts, dataset, options.Evaluation, folder, ct);
        if (files.Exam is not { } exam) return null;
        ExamSide side = await SideAsync(storage.Artifacts, current.Adapter.Name, current.Training, Path.Combine(folder, "current"),
            current.Settings.Arguments, ct);
        return (await Task.Run(() => comparison.Examine(new ExaminationOrder(candidate.BaseModel, [side], exam,
            options.Training.Arguments, options.Evaluation, Path.Combine(folder, "examination.journal")), (_, _) => { }, ct), ct)).Sides[0];
    }

    /// <summary>An adapter as a side of an examination.</summary>
    public static async Task<ExamSide> SideAsync(IArtifactStore artifacts, string name, Training training, string folder,
        TrainingArguments? settings, CancellationToken ct) => new(name, folder)
        {
            Template = settings?.Template,
            DefaultSystem = settings?.DefaultSystem,
            Trained = await TrainedQuestionFiles.ReadAsync(artifacts, training.Files, ct) ?? new HashSet<string>(),
        };
}
