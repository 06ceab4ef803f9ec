using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset;

/// <summary>The rules behind the stages of the dataset. Equal input gives equal output, whatever the machine.</summary>
internal interface IDatasetRules
{
    /// <summary>Clean chunks of all documents, in their order.</summary>
    (IReadOnlyList<Chunk> Chunks, Cleaned Cleaned) Clean(IReadOnlyList<DatasetSource> documents, RunOptions options, CancellationToken ct);

    /// <summary>Facts that need no language model.</summary>
    IReadOnlyList<Fact> Facts(Chunk chunk, RunOptions options);

    /// <summary>Rows that need no language model.</summary>
    IReadOnlyList<Row> Rows(Chunk chunk, IReadOnlyList<Fact> facts);

    /// <summary>The row with what checks found; rejected where it is not to be trained.</summary>
    Row Verify(Chunk chunk, Row row);

    /// <summary>All rows of a run, those that fell out marked, and questions that none of the documents answers.</summary>
    /// <param name="rows">Verified rows.</param>
    /// <param name="facts">All facts.</param>
    /// <param name="chunks">All chunks.</param>
    /// <param name="excluded">Texts that must not be trained on.</param>
    /// <param name="options">Settings.</param>
    /// <param name="ct">Stops the work.</param>
    IReadOnlyList<Row> Filter(IReadOnlyList<Row> rows, IReadOnlyList<Fact> facts, IReadOnlyList<Chunk> chunks,
        IReadOnlyList<string> excluded, RunOptions options, CancellationToken ct);

    /// <summary>Every kept row with what it is for.</summary>
    /// <param name="rows">Filtered rows.</param>
    /// <param name="options">Settings.</param>
    /// <param name="trained">Hashes of questions that an adapter to compare with was trained on; null for none.</param>
    IReadOnlyList<Row> Split(IReadOnlyList<Row> rows, RunOptions options, IReadOnlySet<string>? trained);

    /// <summary>Tokens of a row by the base model's tokenizer.</summary>
    Func<Row, int> TokensOf(RunOptions options);

    /// <summary>ISO 639-1 of a text.</summary>
    string LanguageOf(string text);
}
