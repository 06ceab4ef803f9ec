namespace Pipeline.Models.Datasets.Declared;

/// <summary>A row of ids, or two that belong together.</summary>
/// <param name="Example">Ids and labels: the answer, the better one, or the one that is judged.</param>
internal sealed record EncodedRow(TokenizedExample Example)
{
    /// <summary>The worse answer to the same question; null where there are no pairs.</summary>
    public TokenizedExample? Rejected { get; init; }

    /// <summary>The question with the answer of another row, by which KTO judges; null in other stages.</summary>
    public TokenizedExample? Mismatched { get; init; }

    /// <summary>Whether the answer is wanted; null outside KTO.</summary>
    public bool? IsWanted { get; init; }
}
