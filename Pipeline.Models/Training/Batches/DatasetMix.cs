using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Batches;

/// <summary>The rows of several datasets in the order in which a training reads them.</summary>
internal static class DatasetMix
{
    /// <summary>Reads datasets and brings their rows into one order (<c>mix_strategy</c>).</summary>
    /// <param name="arguments">Folder, limits, seed and strategy.</param>
    /// <param name="names">Names of the datasets, or files.</param>
    /// <param name="stage">Stage of the training.</param>
    /// <exception cref="InputException">A dataset cannot be read, or is not for the stage.</exception>
    public static IReadOnlyList<ConvertedRow> Load(TrainingArguments arguments, IReadOnlyList<string> names, string stage)
    {
        if (names.Count == 0)
            throw new InputException("dataset: is missing; give a name of dataset_info.json or a file of dataset_dir");
        IReadOnlyList<IReadOnlyList<ConvertedRow>> sets = InstructionDataset.LoadEach(
            arguments.DatasetDir, string.Join(',', names), arguments.MaxSamples, arguments.Seed, stage);
        return [.. RowChoice.Mix([.. sets.Select(set => set.Count)], arguments.MixStrategy, arguments.MixShares, arguments.Seed)
            .Select(pick => sets[pick.Set][pick.Row])];
    }
}
