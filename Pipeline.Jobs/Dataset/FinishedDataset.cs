using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;

namespace Pipeline.Jobs.Dataset;

/// <summary>A dataset ready to be written.</summary>
/// <param name="Rows">All rows, rejected ones included.</param>
/// <param name="Funnel">What came of everything.</param>
/// <param name="Options">How to write it.</param>
/// <param name="Overlap">Examined questions that share 13 words with a trained one.</param>
internal sealed record FinishedDataset(IReadOnlyList<Row> Rows, Funnel Funnel, DatasetWriteOptions Options, Overlap Overlap)
{
    /// <summary>Kept rows of a split.</summary>
    public int Count(RowSplit split) => Rows.Count(row => row.State != RowState.Rejected && row.Split == split);

    /// <summary>Why there is nothing to learn, and what can be done.</summary>
    public string Nothing() => Nothing(Funnel);

    /// <summary>The same of any funnel.</summary>
    public static string Nothing(Funnel funnel)
    {
        string text = funnel.CharactersLeftOut.Count == 0 ? ""
            : $"; of {funnel.Characters} characters {funnel.CharactersKept} are clean text, left out: "
                + string.Join(", ", funnel.CharactersLeftOut.OrderByDescending(r => r.Value).Select(r => $"{r.Key} {r.Value}"));
        string rows = funnel.Rejected.Count == 0 ? ""
            : "; rows rejected: " + string.Join(", ", funnel.Rejected.OrderByDescending(r => r.Value).Select(r => $"{r.Key} {r.Value}"));
        return $"the {funnel.Documents} documents gave no row to learn from{text}{rows}; add documents with text, tables or lists, caption "
            + $"the figures, or name a model that writes rows ({RunOptionsSchema.NameOf(o => o.Dataset.Writing.Endpoint)})";
    }
}
