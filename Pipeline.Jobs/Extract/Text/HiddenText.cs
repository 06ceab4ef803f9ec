using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Leaves out characters that nobody who looks at the page sees.</summary>
internal static class HiddenText
{
    private const double Smallest = 1.6; // points

    /// <summary>Removes what is outside the page, too small to read, not painted at all, or white on white.</summary>
    /// <remarks>Text that is not painted stays where a scan covers the page: it says what the scan shows.</remarks>
    public static void Remove(List<Glyph> glyphs, Box page, IReadOnlyList<PageGraphic> graphics, TextAccount account)
    {
        Box visible = page.Inflate(1);
        bool scan = graphics.Any(g => g.Kind == GraphicKind.Image && g.Box.Area > 0.5 * page.Area);
        PageGraphic[]? dark = null;
        glyphs.RemoveAll(g =>
        {
            bool outside = !visible.ContainsCenterOf(g.Box);
            if (!outside && !((g.Size < Smallest && page.Height > 200) || (g.Invisible && !scan) || IsWhiteOnWhite(g)))
                return false;
            account.Add(outside ? CharacterPlace.OutsidePage : CharacterPlace.Hidden, g.Text == " " ? 0 : 1);
            return true;
        });

        bool IsWhiteOnWhite(Glyph g)
        {
            if (!g.White)
                return false;
            dark ??= [.. graphics.Where(o => o.Kind != GraphicKind.Path || (o.Filled && !o.White))];
            return !Array.Exists(dark, o => o.Box.Inflate(1).ContainsCenterOf(g.Box));
        }
    }
}
