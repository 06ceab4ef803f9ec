using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Levels of headings: those of the document's bookmarks, else by how they look: the larger and bolder, the higher; numbers such as 2.1
/// refine.
/// </summary>
internal static partial class HeadingLevels
{
    private const int Deepest = 6;
    private const double Most = 0.7;        // of the bookmarks: found word by word where they lead

    public static void Assign(IReadOnlyList<TextBlock> blocks, IReadOnlyList<OutlineEntry> outline)
    {
        Dictionary<TextBlock, int> known = blocks.Where(b => b.Kind == BlockKind.Heading && b.TagLevel > 0)
            .ToDictionary(b => b, b => (int)b.TagLevel);
        if (known.Count == 0)
            known = Match(blocks, outline);
        foreach (TextBlock block in known.Keys)
            block.Kind = BlockKind.Heading;
        TextBlock[] headings = blocks.Where(b => b.Kind == BlockKind.Heading).ToArray();
        AssignByLook(headings);
        // The bookmarks know better; what they leave out goes by the headings that look the same or are larger.
        if (known.Count == 0)
            return;
        ILookup<(double Size, bool Bold), int> levels = known.ToLookup(k => StyleOf(k.Key), k => k.Value);
        foreach (TextBlock heading in headings)
        {
            (double Size, bool Bold) style = StyleOf(heading);
            heading.Level = Math.Clamp(known.TryGetValue(heading, out int level) ? level
                : levels.Contains(style) ? levels[style].GroupBy(l => l).MaxBy(g => g.Count())!.Key
                : levels.Where(l => l.Key.Size > style.Size).SelectMany(l => l).DefaultIfEmpty(0).Max() + 1, 1, Deepest);
        }
    }

    /// <summary>Finds the bookmarks among the lines of the pages that they lead to.</summary>
    private static Dictionary<TextBlock, int> Match(IReadOnlyList<TextBlock> blocks, IReadOnlyList<OutlineEntry> outline)
    {
        Dictionary<TextBlock, int> known = [];
        if (outline.Count < 2)
            return known;
        ILookup<int, TextBlock> onPage = blocks.Where(b => b.Kind is BlockKind.Heading or BlockKind.Paragraph or BlockKind.ListItem
            && b.Continued.Count == 0 && b.Text.Length < 200).ToLookup(b => b.Page);
        foreach (OutlineEntry entry in outline)
        {
            string title = Letters(entry.Title);
            if (title.Length < 2)
                continue;
            // A bookmark may lead to the end of the page before.
            TextBlock? found = onPage[entry.Page].Concat(onPage[entry.Page + 1])
                .Where(b => !known.ContainsKey(b) && Letters(b.Text) == title).MaxBy(b => (b.Kind == BlockKind.Heading, b.Size));
            if (found is not null)
                known[found] = Math.Min(Deepest, entry.Level);
        }
        // Bookmarks of another kind, of figures or theorems, would make headings of their texts.
        int looksSo = known.Keys.Count(b => b.Kind == BlockKind.Heading);
        return looksSo * 2 >= known.Count || known.Count >= Most * outline.Count(e => Letters(e.Title).Length >= 2) ? known : [];
    }

    private static void AssignByLook(TextBlock[] headings)
    {
        List<(double Size, bool Bold)> styles = headings.Select(StyleOf).Distinct().OrderByDescending(s => s.Size)
            .ThenByDescending(s => s.Bold).ToList();
        foreach (TextBlock heading in headings)
            heading.Level = Math.Min(Deepest, styles.IndexOf(StyleOf(heading)) + 1);

        // Numbered headings that look alike but differ in depth: "2 Method", "2.1 Samples".
        foreach (IGrouping<(double Size, bool Bold), TextBlock> alike in headings.Where(h => Depth(h.Text) > 0).GroupBy(StyleOf))
        {
            int shallowest = alike.Min(h => Depth(h.Text));
            // "PART II" in the same type is above "1. Definitions".
            int below = headings.Any(h => StyleOf(h) == alike.Key && Part().IsMatch(h.Text)) ? 1 : 0;
            foreach (TextBlock heading in alike)
                heading.Level = Math.Min(Deepest, heading.Level!.Value + Depth(heading.Text) - shallowest + below);
        }
    }

    /// <summary>What is left of a heading without its number, blanks and signs.</summary>
    private static string Letters(string text) =>
        string.Concat(NumberOrPart().Replace(text, "").Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>"Chapter 3" and nothing more: the title stands on the next line.</summary>
    public static bool IsPartNumber(string text) => Part().Match(text) is { Success: true } part && part.Length == text.Length;

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

    [GeneratedRegex(@"^((chapter|kapitel|capítulo|chapitre|capitolo)\s+)?(\d{1,2}|[A-Z])(\.\d{1,2})*[.:]?\s+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberOrPart();

    [GeneratedRegex(@"^\d{1,2}(\.\d{1,2})*(?=\.?\s)")]
    private static partial Regex Number();
}
