using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Headings in the type of the text, known by their numbers alone: short lines numbered 1, 2, 3 over the document with text between them.
/// </summary>
internal static partial class NumberedHeadings
{
    private const int LongestHeading = 80;
    private const int ShortestText = 60;

    public static void Promote(List<TextBlock> blocks)
    {
        List<TextBlock> body = blocks.FindAll(b => !b.Kind.IsFurniture());
        List<(TextBlock Block, int Number)> candidates = new();
        for (int i = 0; i + 1 < body.Count; i++)
            if (NumberOf(body[i]) is { } number && body[i + 1] is { Kind: BlockKind.Paragraph, Text.Length: > ShortestText })
                candidates.Add((body[i], number));
        foreach (IGrouping<(double, bool, double), (TextBlock Block, int Number)> alike in candidates.GroupBy(
            c => (Math.Round(2 * c.Block.Size), c.Block.Bold, Math.Round(c.Block.Indent / 4))))
        {
            (TextBlock Block, int Number)[] run = [.. alike];
            int counted = 0;
            while (counted < run.Length && run[counted].Number == counted + 1)
                counted++;
            if (counted < 2 || counted < run.Length)
                continue;
            foreach ((TextBlock block, int _) in run)
            {
                block.Text = TextOf(block);
                block.Marker = null;
                block.Kind = BlockKind.Heading;
            }
        }
    }

    private static int? NumberOf(TextBlock block)
    {
        if (block.Kind is not (BlockKind.Paragraph or BlockKind.ListItem) || block.Continued.Count > 0
            || block.Box.Height > 1.6 * block.Size)
            return null;
        Match number = Numbered().Match(TextOf(block));
        return number.Success && number.Length <= LongestHeading
            ? int.Parse(number.Groups["number"].Value, CultureInfo.InvariantCulture) : null;
    }

    private static string TextOf(TextBlock block) => block.Marker is { } marker ? $"{marker} {block.Text}" : block.Text;

    [GeneratedRegex(@"^(?<number>[0-9]{1,2})\.?\s+\p{Lu}[^.:;,!?]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
