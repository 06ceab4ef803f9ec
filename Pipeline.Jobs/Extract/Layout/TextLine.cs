using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>One line of a column: all its segments on one baseline.</summary>
internal sealed class TextLine
{
    public TextLine(List<TextSegment> segments)
    {
        TextSegment main = segments[0];
        if (segments is [{ } only])
        {
            (Words, Text, Box, Segments) = (only.Words, only.Text, only.Box, segments);
        }
        else
        {
            main = segments.MaxBy(s => s.Words.Sum(w => w.Text.Length))!;
            bool rightToLeft = RightToLeft.Leads(segments.Select(s => s.Text));
            Words = [.. segments.OrderBy(s => rightToLeft ? -s.Box.X1 : s.Box.X0).SelectMany(s => s.Words)];
            Text = string.Join(' ', Words.Select(w => w.Text));
            Box = segments.Select(s => s.Box).Aggregate((a, b) => a.Union(b));
            Segments = [.. segments.OrderBy(s => s.Box.X0)];
        }
        Baseline = main.Baseline;
        Size = main.Size;
        Font = main.Font;
        Bold = segments.TrueForAll(s => s.Bold);
        Monospaced = IsProgram(Segments);
        FirstWordWidth = Segments[0].Words[0].Box.Width;
    }

    /// <summary>All in typewriter type, but for the number of the line before it and signs that say how it goes on.</summary>
    private static bool IsProgram(IReadOnlyList<TextSegment> segments)
    {
        if (segments.All(s => s.Monospaced))
            return true;
        TextWord[] words = [.. segments.SelectMany(s => s.Words)];
        int first = words[0].Text.All(char.IsAsciiDigit) ? 1 : 0;
        return first < words.Length && words[first].Monospaced
            && words.Skip(first).All(w => w.Monospaced || !w.Text.Any(char.IsLetterOrDigit));
    }

    /// <summary>Its pieces from left to right.</summary>
    public IReadOnlyList<TextSegment> Segments { get; }

    /// <summary>What the file's tags say of it, as of a <see cref="Glyph"/>.</summary>
    public byte Mark => Words.All(w => w.Mark == Words[0].Mark) ? Words[0].Mark : (byte)0;

    /// <summary>Its words as they are read.</summary>
    public IReadOnlyList<TextWord> Words { get; }

    public bool Monospaced { get; }

    public double FirstWordWidth { get; }

    /// <summary>Widest gap between its words, in points.</summary>
    public double WidestGap
    {
        get
        {
            TextWord[] words = [.. Segments.SelectMany(s => s.Words)];
            return words.Zip(words.Skip(1), (a, b) => b.Box.X0 - a.Box.X1).DefaultIfEmpty(0).Max();
        }
    }

    public string Text { get; }

    public Box Box { get; }

    public double Baseline { get; }

    public double Size { get; }

    public int Font { get; }

    public bool Bold { get; }

    /// <summary>Share of its characters that are bold.</summary>
    public double BoldShare => (double)Words.Where(w => w.Bold).Sum(w => w.Text.Length) / Words.Sum(w => w.Text.Length);

    /// <summary>The lines of one column, from the top.</summary>
    public static List<TextLine> Of(IEnumerable<TextSegment> segments)
    {
        List<List<TextSegment>> rows = new();
        foreach (TextSegment segment in segments.OrderByDescending(s => s.Baseline))
        {
            if (rows.Count > 0 && rows[^1][0].Baseline - segment.Baseline <= 0.3 * Math.Max(segment.Size, rows[^1][0].Size))
                rows[^1].Add(segment);
            else
                rows.Add([segment]);
        }
        return rows.ConvertAll(r => new TextLine(r));
    }
}
