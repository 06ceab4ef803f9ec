using System.Text.Json.Nodes;
using Pipeline.Models.Files;
using Pipeline.Models.Lora;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// Completes the folder of a trained adapter when it is published: results, model card and record get what was not known at the end of
/// the training. What the training wrote stays, whether it was ours or another engine's.
/// </summary>
public static class AdapterOutputs
{
    /// <summary>Files that <see cref="Complete"/> writes.</summary>
    public static IReadOnlyList<string> CompletedFiles { get; } = [ResultFiles.Eval, ResultFiles.All, AdapterRecord.FileName,
        ModelCard.FileName];

    /// <summary>
    /// Adds what is known now. Doing it twice leaves the same files as doing it once, and each file appears whole or not at all.
    /// </summary>
    /// <param name="folder">Folder with the files of the training.</param>
    /// <param name="completion">What to add.</param>
    /// <exception cref="InputException">A file of the training is not what its name says; the message names it.</exception>
    public static void Complete(string folder, AdapterCompletion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (completion.Evaluation is { } evaluation)
        {
            JsonObject compared = Compared(evaluation, ResultFiles.Read(folder, ResultFiles.Eval));
            ResultFiles.Add(folder, ResultFiles.Eval, compared);
            ResultFiles.Add(folder, ResultFiles.All, compared);
        }
        JsonObject record = completion.Provenance.DeepClone().AsObject();
        record["name"] = completion.Name;
        AdapterRecord.Add(folder, record);
        ModelCard.Complete(folder, completion);
        DurableFiles.FlushFolder(folder);
    }

    /// <summary>
    /// The comparison, and what only the trainer measures otherwise: <c>eval_loss</c> and <c>perplexity</c> are of its own batches and
    /// perhaps of
    /// other examples, so ours stand there only where it measured none.
    /// </summary>
    private static JsonObject Compared(HeldOutComparison evaluation, JsonObject trainers)
    {
        JsonObject compared = ResultFiles.Comparison(evaluation.BaseLoss, evaluation.AdapterLoss, evaluation.Examples,
            evaluation.TargetTokens);
        if (trainers["eval_loss"] is null)
            (compared["eval_loss"], compared["perplexity"]) = (compared["adapter_loss"]?.DeepClone(),
                compared["adapter_perplexity"]?.DeepClone());
        return compared;
    }
}
