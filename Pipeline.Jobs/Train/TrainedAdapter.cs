using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train;

/// <summary>The stored adapter of a training.</summary>
internal static class TrainedAdapter
{
    /// <summary>Writes its files into a folder.</summary>
    /// <param name="artifacts">Where they are.</param>
    /// <param name="training">The training.</param>
    /// <param name="settings">Settings of its run, or of one with equal settings.</param>
    /// <param name="folder">New folder, or one that holds some of the files.</param>
    /// <param name="ct">Stops between files.</param>
    public static async Task RestoreAsync(
        IArtifactStore artifacts, Training training, TrainingArguments settings, string folder, CancellationToken ct)
    {
        await artifacts.RestoreFolderAsync(training.Files, folder, ct);
        if (!training.Files.ContainsKey(AdapterRecord.FileName)) AdapterRecord.Create(folder, BeforeRecords(training.BaseModel, settings));
    }

    // Trainings that recorded no template used the one of their settings, or their family's, ignoring the model's own.
    private static RecordedTemplate BeforeRecords(string baseModel, TrainingArguments settings) =>
        new(settings.Template ?? TemplateRule.OfFamily(DecoderConfig.Load(baseModel)).Name, settings.DefaultSystem);
}
