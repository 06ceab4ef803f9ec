using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>A chunk may hold several short sections, with their headings among its blocks: what a fact needs is its own heading.</summary>
internal static class ChunkSections
{
    /// <summary>The chunk by sections, each as a chunk with all headings above it and without heading blocks.</summary>
    public static IEnumerable<Chunk> Of(Chunk chunk)
    {
        List<(int Level, string Text)> open = [];
        List<ChunkBlock> blocks = [];
        foreach (ChunkBlock block in chunk.Blocks)
        {
            if (block.Kind != BlockKind.Heading)
            {
                blocks.Add(block);
                continue;
            }
            // A section that another one follows is whole, however long the chunk is.
            if (blocks.Count > 0)
                yield return Section() with { Tokens = 0 };
            blocks = [];
            int level = block.Level ?? 1;
            open.RemoveAll(heading => heading.Level >= level);
            open.Add((level, block.Text.ReplaceLineEndings(" ").Trim()));
        }
        if (blocks.Count > 0)
            yield return Section();

        Chunk Section() => chunk with { Headings = [.. chunk.Headings, .. open.Select(heading => heading.Text)], Blocks = [.. blocks] };
    }
}
