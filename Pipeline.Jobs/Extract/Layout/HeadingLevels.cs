using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Levels of headings by how they look: the larger and bolder, the higher; numbers such as 2.1 refine.</summary>
internal static partial class HeadingLevels
{
    public static void Assign(IReadOnlyList<TextBlock> blocks)
    {
        TextBlock[] headings = blocks.Where(b => b.Kind == BlockKind.Heading).ToArray();
        List<(double Size, bool Bold)> styles = headings.Select(StyleOf).Distinct().OrderByDescending(s => s.Size)
            .ThenByDescending(s => s.Bold).ToList();
        foreach (TextBlock heading in headings)
            heading.Level = Math.Min(6, styles.IndexOf(StyleOf(heading)) + 1);

        // Numbered headings that look alike but differ in depth: "2 Method", "2.1 Samples".
        foreach (IGrouping<(double Size, bool Bold), TextBlock> alike in headings.Where(h => Depth(h.Text) > 0).GroupBy(StyleOf))
        {
            int shallowest = alike.Min(h => Depth(h.Text));
            // "PART II" in the same type is above "1. Definitions".
            int below = headings.Any(h => StyleOf(h) == alike.Key && Part().IsMatch(h.Text)) ? 1 : 0;
            foreach (TextBlock heading in alike)
                heading.Level = Math.Min(6, heading.Level!.Value + Depth(heading.Text) - shallowest + below);
        }
    }

    private static (double Size, bool Bold) StyleOf(TextBlock block) => (Math.Round(block.Size * 2) / 2, block.Bold);

    private static int Depth(string text)
    {
        Match number = Number().Match(text);
        return number.Success ? number.Value.Count(c => c == '.') + 1 : 0;
    }

    [GeneratedRegex(
        @"^(part|chapter|appendix|annex|teil|kapitel|anhang|parte|capítulo|anexo|partie|chapitre|annexe)\s+([ivxlc]+|\d+|[A-Z])\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"^\d{1,2}(\.\d{1,2})*(?=\.?\s)")]
    private static partial Regex Number();
}
