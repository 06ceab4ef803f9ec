using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Counts into which blocks the characters of a page went. A block is believed only as far as its text goes: letters and digits of its
/// words that are not in its text remain unplaced.
/// </summary>
internal static class PageAccounting
{
    /// <param name="page">The page.</param>
    /// <param name="heads">Its furniture.</param>
    /// <param name="blocks">Its other blocks.</param>
    public static void Count(PageContent page, Dictionary<TextSegment, BlockKind> heads, IReadOnlyList<TextBlock> blocks)
    {
        TextAccount account = page.Account;
        foreach (TextSegment segment in page.Segments)
            if (heads.TryGetValue(segment, out BlockKind kind)) account.Add(PlaceOf(kind), segment.Glyphs);

        List<TextSegment> open = [.. page.Segments.Where(s => !heads.ContainsKey(s)), .. page.Sideways];
        foreach (TextBlock block in blocks)
        {
            if (block.Item is TableItem table)
            {
                List<TextSegment> inside = open.FindAll(s => table.Box.ContainsCenterOf(s.Box));
                open.RemoveAll(inside.Contains);
                Add(account, CharacterPlace.Table, inside.SelectMany(s => s.Words), table.Rows.SelectMany(r => r));
            }
            else if (block.Item is FigureItem figure)
            {
                List<TextSegment> lettering = open.FindAll(figure.Lettering.Contains);
                open.RemoveAll(lettering.Contains);
                account.Add(CharacterPlace.FigureLettering, lettering.Sum(s => s.Glyphs));
            }
            else if (block.Item is FormulaItem formula)
            {
                List<TextSegment> lettering = open.FindAll(formula.Lettering.Contains);
                open.RemoveAll(lettering.Contains);
                account.Add(CharacterPlace.Formula, lettering.Sum(s => s.Glyphs));
            }
            else
            {
                Add(account, PlaceOf(block.Kind), block.Words, [block.Marker ?? "", block.Text]);
            }
        }
    }

    private static void Add(TextAccount account, CharacterPlace place, IEnumerable<TextWord> words, IEnumerable<string> text)
    {
        int glyphs = 0, source = 0;
        foreach (TextWord word in words)
        {
            glyphs += word.Glyphs;
            source += word.Text.Count(char.IsLetterOrDigit);
        }
        account.Add(place, glyphs - Math.Clamp(source - text.Sum(t => t.Count(char.IsLetterOrDigit)), 0, glyphs));
    }

    private static CharacterPlace PlaceOf(BlockKind kind) => kind switch
    {
        BlockKind.Header or BlockKind.Footer => CharacterPlace.RunningHead,
        BlockKind.PageNumber => CharacterPlace.PageNumber,
        BlockKind.LineNumber => CharacterPlace.LineNumber,
        _ => CharacterPlace.Text,
    };
}
