using Pipeline.Jobs.Dataset.Files;
using Pipeline.Models.Datasets;

namespace Pipeline.Jobs.Dataset;

/// <summary>Names inside the dataset folder of a run; set names are those in <c>dataset_info.json</c>.</summary>
internal static class DatasetFiles
{
    public const string Train = "train";
    public const string Eval = "eval";
    public const string TrainFile = Train + ".jsonl";
    public const string EvalFile = Eval + ".jsonl";
    public const string Info = InstructionDataset.InfoFile;

    /// <summary>Whether a training depends on the file: it does not on the history of the rows nor on what they cost.</summary>
    public static bool IsTrained(string file) => file is not (DatasetFolder.RowsFile or DatasetFolder.FunnelFile or DatasetFolder.ExamFile)
        && !file.EndsWith(".provenance.jsonl", StringComparison.Ordinal);
}
