using System.Text.Json.Nodes;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Train;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Training.Outputs;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Publish;

/// <summary>The folder of a published adapter: the files of its training, completed by what its run knows.</summary>
internal sealed class PublishedAdapter(Run run, RunOptions options, DatasetRow dataset, Training training, Evaluation? evaluation)
{
    /// <summary>Writes the folder. The same rows give the same files, on whichever machine.</summary>
    /// <param name="artifacts">Where the files of the training are.</param>
    /// <param name="name">Published name.</param>
    /// <param name="folder">New folder.</param>
    /// <param name="ct">Stops between files.</param>
    public async Task BuildAsync(IArtifactStore artifacts, string name, string folder, CancellationToken ct)
    {
        await TrainedAdapter.RestoreAsync(artifacts, training, options.Training.Arguments, folder, ct);
        HeldOutComparison? comparison = evaluation is { } e ? new HeldOutComparison(e.BaseLoss, e.AdapterLoss, e.Examples, e.Tokens) : null;
        AdapterOutputs.Complete(folder, new AdapterCompletion(name, comparison, Provenance(), Settings())
        {
            Examination = Examination(),
        });
    }

    private IReadOnlyList<string> Examination()
    {
        if (evaluation?.Examination is not { } json) return [];
        ExaminationResult result = ExaminationJson.Read(json);
        // Against the adapter in service too where it was examined; what serves when the card is read may be another.
        string? current = result.Sides.FirstOrDefault(side => side.Name is not (ExamSide.Base or ExamSides.Adapter))?.Name;
        return [$"closed book, in wordings that were never trained: {evaluation.VerdictReason}",
            .. ExamSides.Gate(result, current, options.Publish.PromotionMargin).Reasons()];
    }

    private JsonObject Provenance() => new()
    {
        ["base_model"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(training.BaseModel)),
        ["run"] = new JsonObject { ["id"] = run.Id.ToString(), ["name"] = run.Name },
        ["dataset"] = new JsonObject
        {
            ["name"] = dataset.Name,
            ["content"] = dataset.ContentKey,
            ["train_examples"] = dataset.TrainExamples,
            ["eval_examples"] = dataset.EvalExamples,
        },
        ["training"] = new JsonObject
        {
            ["id"] = training.Id.ToString(),
            ["engine"] = options.Train.Engine,
            ["content"] = training.CacheKey,
            ["finished_at"] = training.CreatedAt.ToUniversalTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["steps"] = training.Steps,
            ["first_loss"] = training.FirstLoss,
            ["last_loss"] = training.LastLoss,
            ["trainable_parameters"] = training.TrainableParameters,
            ["all_parameters"] = training.AllParameters,
        },
    };

    private KeyValuePair<string, string>[] Settings() =>
    [
        .. options.Training.Given.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => KeyValuePair.Create(s.Key, s.Value.GetRawText())),
    ];
}
