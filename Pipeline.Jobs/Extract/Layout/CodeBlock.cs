using System.Text;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Lines of typewriter type as they stand on the page: every character in its column.</summary>
internal static class CodeBlock
{
    private const int MostBlanks = 200; // in one line; text that is further right is on another part of the page

    public static TextBlock Of(int page, List<TextLine> lines)
    {
        TextWord[] numbers = LineNumbersOf(lines);
        TextWord[][] rows = [.. lines.Select(l => l.Segments.SelectMany(s => s.Words).Skip(numbers.Length > 0 ? 1 : 0).ToArray())];
        TextWord[] words = [.. rows.SelectMany(r => r)];
        double left = words.Min(w => w.Box.X0);
        double[] widths = words.Select(w => w.Box.Width / w.Text.Length).Order().ToArray();
        double width = Math.Max(1, widths[widths.Length / 2]);
        double leading = lines.Zip(lines.Skip(1), (a, b) => a.Baseline - b.Baseline).DefaultIfEmpty(0).Min();
        StringBuilder text = new();
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
                text.Append('\n', leading > 0 && lines[i - 1].Baseline - lines[i].Baseline > 1.7 * leading ? 2 : 1);
            int start = text.Length;
            foreach (TextWord word in rows[i])
            {
                int column = Math.Min(MostBlanks, (int)Math.Round((word.Box.X0 - left) / width)), at = text.Length - start;
                text.Append(' ', at == 0 ? column : Math.Max(1, column - at)).Append(word.Text);
            }
        }
        return new TextBlock
        {
            Kind = BlockKind.Code,
            Page = page,
            Box = lines.Select(l => l.Box).Aggregate((a, b) => a.Union(b)),
            Text = text.ToString(),
            Size = lines[0].Size,
            Font = lines[0].Font,
            Bold = false,
            Indent = left,
            Words = [.. words],
            LineNumbers = numbers.Sum(n => n.Glyphs),
        };
    }

    /// <summary>Numbers in other type at the start of every line, which count on.</summary>
    private static TextWord[] LineNumbersOf(List<TextLine> lines)
    {
        TextWord[] first = [.. lines.Select(l => l.Segments[0].Words[0])];
        int before = -1;
        foreach (TextWord word in first)
        {
            if (word.Monospaced || !int.TryParse(word.Text, out int number) || number <= before)
                return [];
            before = number;
        }
        return first;
    }
}
