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
                account.Add(CharacterPlace.LineNumber, block.LineNumbers);
            }
        }
    }

    /// <summary>Whether text that stands on a table is in none of its cells: what was found is no table.</summary>
    public static bool Loses(TableItem table, PageContent page) => Missing(
        page.Segments.Concat(page.Sideways).Where(s => table.Box.ContainsCenterOf(s.Box)).SelectMany(s => s.Words),
        table.Rows.SelectMany(r => r)) > 0;

    private static void Add(TextAccount account, CharacterPlace place, IEnumerable<TextWord> words, IEnumerable<string> text)
    {
        int glyphs = words.Sum(w => w.Glyphs);
        account.Add(place, glyphs - Math.Clamp(Missing(words, text), 0, glyphs));
    }

    /// <summary>Letters and digits of words that a text does not have.</summary>
    private static int Missing(IEnumerable<TextWord> words, IEnumerable<string> text) =>
        words.Sum(w => w.Text.Count(char.IsLetterOrDigit)) - text.Sum(t => t.Count(char.IsLetterOrDigit));

    private static CharacterPlace PlaceOf(BlockKind kind) => kind switch
    {
        BlockKind.Header or BlockKind.Footer => CharacterPlace.RunningHead,
        BlockKind.PageNumber => CharacterPlace.PageNumber,
        BlockKind.LineNumber => CharacterPlace.LineNumber,
        _ => CharacterPlace.Text,
    };
}
