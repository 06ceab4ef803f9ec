using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Documents in chunks, and everything that is in none.</summary>
/// <param name="Chunks">By document (ordinal order of its SHA-256) and place.</param>
/// <param name="LeftOut">Text that no chunk holds, by SHA-256 of the document, in reading order; every document has an entry.</param>
/// <param name="Characters">Characters of the text of all blocks; of tables those of their cells.</param>
/// <param name="CharactersKept">Of these, the ones in chunks and in the headings above them.</param>
/// <param name="ByReason">
/// The others, by reason; with <paramref name="CharactersKept"/> they sum up to <paramref name="Characters"/>.
/// </param>
public sealed record ChunkedDocuments(IReadOnlyList<Chunk> Chunks, IReadOnlyDictionary<string, IReadOnlyList<LeftOut>> LeftOut,
    long Characters, long CharactersKept, IReadOnlyDictionary<string, long> ByReason);
