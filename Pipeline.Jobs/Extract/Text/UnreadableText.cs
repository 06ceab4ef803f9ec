namespace Pipeline.Jobs.Extract.Text;

/// <summary>Finds fonts that do not say what their letters are: nothing sensible can be read from their characters.</summary>
internal static class UnreadableText
{
    private const int Fewest = 24;          // characters of a font on one page
    private const int FewestKinds = 6;      // different ones: a row of dots in a private code is no text
    private const string OrdinaryMarks = ".-_*=~|"; // leaders, rules and boxes of typewriters are rows of these

    /// <summary>Takes the characters of unreadable fonts out of a page, and single ones that cannot be shown.</summary>
    /// <returns>The characters of unreadable fonts.</returns>
    public static List<Glyph> Take(List<Glyph> glyphs)
    {
        HashSet<int> fonts = Fonts(glyphs);
        List<Glyph> taken = fonts.Count == 0 ? [] : glyphs.Where(g => fonts.Contains(g.Font) && g.Text != " ").ToList();
        glyphs.RemoveAll(g => fonts.Contains(g.Font) || g.Text == GlyphText.Unknown);
        return taken;
    }

    /// <summary>
    /// Fonts most of whose characters are signs without meaning, or punctuation in a row. Symbol fonts are not among them: they set one
    /// sign at a time. Letters, digits and marks of any script are readable.
    /// </summary>
    private static HashSet<int> Fonts(List<Glyph> glyphs)
    {
        Dictionary<int, FontCount> fonts = [];
        Glyph? before = null;
        foreach (Glyph glyph in glyphs)
        {
            if (glyph.Text == " ")
                continue;
            if (!fonts.TryGetValue(glyph.Font, out FontCount? count))
                fonts[glyph.Font] = count = new FontCount();
            bool joined = before is { } b && b.Font == glyph.Font && IsBad(b) && Math.Abs(b.Baseline - glyph.Baseline) < 0.5 * glyph.Size
                && Math.Abs(glyph.X0 - b.X1) < 1.5 * glyph.Size;
            count.All++;
            if (joined && IsBad(glyph))
            {
                count.Bad++;
                count.Lost += glyph.Text == GlyphText.Unknown ? 1 : 0;
                count.Kinds.Add(glyph.Meaningless != 0 ? glyph.Meaningless.ToString() : glyph.Text);
            }
            before = glyph;
        }
        return [.. fonts.Where(f => f.Value.Bad >= Fewest && f.Value.Bad >= 0.5 * f.Value.All
            && (f.Value.Kinds.Count >= FewestKinds || f.Value.Lost >= Fewest)).Select(f => f.Key)];
    }

    private static bool IsBad(Glyph glyph) => glyph.Meaningless != 0
        || (glyph.Text.Length == 1 && glyph.Text[0] is > ' ' and < '\u007f' && !char.IsAsciiLetterOrDigit(glyph.Text[0])
            && !OrdinaryMarks.Contains(glyph.Text[0], StringComparison.Ordinal));

    private sealed class FontCount
    {
        public int All, Bad, Lost;

        public HashSet<string> Kinds { get; } = [];
    }
}
