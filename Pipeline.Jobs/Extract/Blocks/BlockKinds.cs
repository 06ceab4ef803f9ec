namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>What kinds of blocks have in common.</summary>
public static class BlockKinds
{
    /// <summary>Furniture of the page, which is not part of the text: running heads and feet, page and line numbers.</summary>
    public static bool IsFurniture(this BlockKind kind) =>
        kind is BlockKind.Header or BlockKind.Footer or BlockKind.PageNumber or BlockKind.LineNumber;
}
