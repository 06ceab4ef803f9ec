using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>A block with its place in the reading order of the document.</summary>
/// <param name="Number">From 1, furniture included.</param>
/// <param name="Block">The block.</param>
internal sealed record NumberedBlock(int Number, DocumentBlock Block)
{
    /// <summary>Where the block is: its own place, then those in which it goes on.</summary>
    public IEnumerable<BlockRegion> Regions => [new BlockRegion(Block.Page, Block.Box), .. Block.Continued ?? []];

    /// <summary>What is known of the block, in one line for people; not encoded.</summary>
    public string Describe(IReadOnlyList<DocumentFont> fonts)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Number}: {NameOf(Block.Kind)}");
        if (Block.Level is { } level)
            text.Append(CultureInfo.InvariantCulture, $", level {level}");
        text.Append(", ").Append(Block.Id);
        if ((Block.Figure ?? Block.Table) is { } target)
            text.Append(Block.Kind == BlockKind.Caption ? " of " : ", ").Append(target);
        if (Block.Font is { } font)
            text.Append(CultureInfo.InvariantCulture, $", {fonts[font].Name} {Block.FontSize} pt");
        return text.ToString();
    }

    /// <summary>A kind in words: <c>list item</c>.</summary>
    public static string NameOf(BlockKind kind) => ClassOf(kind).Replace('-', ' ');

    /// <summary>A kind as the style sheet calls it: <c>list-item</c>.</summary>
    public static string ClassOf(BlockKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
