using System.Globalization;
using System.Text;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>
/// The boxes of a page's blocks as SVG over its raster: each a link to the block's text, with the block's number beside it. SVG places
/// them by attributes, which a content security policy without inline styles allows.
/// </summary>
internal static class PageBoxes
{
    private const double LettersPerLine = 54;       // size of numbers: this many letters would fill the page's width
    private const double Margin = 0.15;             // letters around a box: its line does not strike through its text

    /// <param name="html">Where to write.</param>
    /// <param name="page">The page.</param>
    /// <param name="boxes">Blocks and their places on the page; true for the first place of a block.</param>
    /// <param name="fonts">Fonts of the document.</param>
    /// <param name="label">What the group of boxes is called, encoded.</param>
    public static void Append(
        StringBuilder html, DocumentPage page, IEnumerable<(NumberedBlock Block, Box Box, bool First)> boxes,
        IReadOnlyList<DocumentFont> fonts, string label)
    {
        double letter = page.Width / LettersPerLine;
        html.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {page.Width} {page.Height}\" preserveAspectRatio=\"xMidYMin\" font-size=\"{letter:0.##}\" role=\"group\" ")
            .Append($"aria-label=\"{label}\">\n")
            .Append("<rect class=\"edge\" width=\"100%\" height=\"100%\"/>\n");
        foreach ((NumberedBlock block, Box box, bool first) in boxes)
        {
            string id = Html.Encode(block.Block.Id);
            html.Append($"<a class=\"box k-{NumberedBlock.ClassOf(block.Block.Kind)}\" data-block=\"{id}\" href=\"#{id}\"");
            if (first)
                html.Append($" id=\"box-{id}\"");
            html.Append($"><title>{Html.Encode(block.Describe(fonts))}</title>");
            AppendRectangles(html, page, box, letter, block.Number);
            html.Append("</a>\n");
        }
        html.Append("</svg>");
    }

    private static void AppendRectangles(StringBuilder html, DocumentPage page, Box box, double letter, int number)
    {
        box = box.Inflate(Margin * letter);
        double left = Part(box.X0, page.Width), right = Part(box.X1, page.Width);
        double top = Part(page.Height - box.Y1, page.Height), bottom = Part(page.Height - box.Y0, page.Height);
        html.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{left:0.##}%\" y=\"{top:0.##}%\" width=\"{right - left:0.##}%\" height=\"{bottom - top:0.##}%\"/>");

        // The number stands left of the box, where most pages have a margin or a gutter.
        string digits = number.ToString(CultureInfo.InvariantCulture);
        double width = letter * (0.5 + 0.6 * digits.Length), height = 1.3 * letter;
        double x = Math.Max(0, left / 100 * page.Width - width);
        double y = Math.Clamp(top / 100 * page.Height, 0, Math.Max(0, page.Height - height));
        html.Append(CultureInfo.InvariantCulture,
            $"<rect class=\"tag\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\"/>")
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{x + width / 2:0.#}\" y=\"{y + letter:0.#}\">{digits}</text>");
    }

    /// <summary>A place in percent of the page; what lies outside is drawn at its edge.</summary>
    private static double Part(double at, double whole) => Math.Clamp(100 * at / whole, 0, 100);
}
