using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>A language model that finds facts, writes rows and reads them again. What it was asked before costs nothing.</summary>
internal interface IRowModel
{
    /// <summary>Facts of a chunk; those whose words do not stand in it are left out and counted.</summary>
    Task<WrittenFacts> FactsAsync(Chunk chunk, CancellationToken ct);

    /// <summary>Rows from a chunk.</summary>
    /// <param name="chunk">The text.</param>
    /// <param name="facts">What to ask for; facts of the model come first.</param>
    /// <param name="neighbour">Another section of the same document to compare with, or null.</param>
    /// <param name="ct">Stops the work; finished calls are kept.</param>
    Task<WrittenRows> RowsAsync(Chunk chunk, IReadOnlyList<Fact> facts, Chunk? neighbour, CancellationToken ct);

    /// <summary>Whether the chunk alone answers a question and the answer is right; rejected only where that is clear.</summary>
    Task<CheckedRow> VerifyAsync(Chunk chunk, Row row, CancellationToken ct);
}
