using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Mix;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset;

/// <summary>Filtered rows with what they come from.</summary>
/// <param name="Rows">All rows, rejected ones included.</param>
/// <param name="Contexts">Text of the chunks by their id.</param>
/// <param name="Cleaned">Characters of the documents.</param>
/// <param name="Filtered">Facts and calls.</param>
internal sealed record WrittenDataset(IReadOnlyList<Row> Rows, IReadOnlyDictionary<string, string> Contexts, Cleaned Cleaned,
    Filtered Filtered)
{
    /// <summary>All stages at once, without a language model.</summary>
    public static WrittenDataset Write(IDatasetRules rules, IReadOnlyList<DatasetSource> documents, RunOptions options,
        CancellationToken ct)
    {
        (IReadOnlyList<Chunk> chunks, Cleaned cleaned) = rules.Clean(documents, options, ct);
        return Write(rules, chunks, cleaned, [], options, ct);
    }

    /// <summary>The stages after cleaning at once, without a language model.</summary>
    public static WrittenDataset Write(IDatasetRules rules, IReadOnlyList<Chunk> chunks, Cleaned cleaned, IReadOnlyList<string> excluded,
        RunOptions options, CancellationToken ct)
    {
        List<Fact> facts = [];
        List<Row> rows = [];
        foreach (Chunk chunk in chunks)
        {
            ct.ThrowIfCancellationRequested();
            IReadOnlyList<Fact> found = rules.Facts(chunk, options);
            facts.AddRange(found);
            rows.AddRange(rules.Rows(chunk, found).Select(row => rules.Verify(chunk, row)));
        }
        return new WrittenDataset(rules.Filter(rows, facts, chunks, excluded, options, ct),
            chunks.ToDictionary(chunk => chunk.Id, chunk => chunk.Text), cleaned,
            Filtered.Of(facts, CallCounts.None, 0));
    }

    /// <summary>Divides and mixes.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="options">Settings of the run.</param>
    /// <param name="trained">Hashes of questions that an adapter to compare with was trained on.</param>
    /// <param name="files">Rows of the user's own files.</param>
    /// <param name="skipped">How many of theirs could not be read.</param>
    public FinishedDataset Finish(IDatasetRules rules, RunOptions options, IReadOnlySet<string>? trained, IReadOnlyList<MixSource> files,
        int skipped)
    {
        IReadOnlyList<Row> divided = rules.Split(Rows, options, trained);
        IReadOnlyList<MixSource> own = [.. files.Select(file => file with
        {
            Rows = [.. file.Rows.Select(row => row.State == RowState.Rejected ? row : row with { Split = RowSplit.Train })],
        })];
        MixResult mix = DatasetMix.Of(divided, own,
            new MixOptions { TextShare = options.Dataset.TextShare, Files = options.Dataset.Files, Seed = options.Dataset.Seed },
            rules.TokensOf(options));
        Dictionary<string, int> replies = new(Filtered.Calls.RepliesRejected, StringComparer.Ordinal);
        if (skipped > 0) replies["unreadable_rows_of_files"] = skipped;
        if (Filtered.ChunksWithoutRows > 0) replies["chunks_failed"] = Filtered.ChunksWithoutRows;
        Funnel funnel = Cleaned.Into(new FunnelBuilder())
            .AddFacts(Filtered.Facts)
            .AddRows(mix.Rows)
            .AddCalls(Filtered.Calls.Made + Filtered.Calls.Cached + Filtered.Calls.Failed == 0 ? [] : Filtered.Calls.ToFunnel())
            .AddRejectedReplies(replies)
            .Build();
        Overlap overlap = Overlap.Measure(
            mix.Rows.Where(row => row.Split == RowSplit.Train), mix.Rows.Where(row => row.Split == RowSplit.Exam));
        return new FinishedDataset(mix.Rows, funnel, new DatasetWriteOptions { Contexts = Contexts, Times = mix.Times }, overlap);
    }
}
