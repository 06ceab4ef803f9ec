using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Words on one baseline with ordinary gaps: a line of a column, or one cell of a table row.</summary>
internal sealed class TextSegment
{
    public required IReadOnlyList<TextWord> Words { get; init; }

    public required Box Box { get; init; }

    public required double Baseline { get; init; }

    /// <summary>Size of most characters, in points.</summary>
    public required double Size { get; init; }

    /// <summary>Font of most characters.</summary>
    public required int Font { get; init; }

    /// <summary>Nearly all characters are bold.</summary>
    public required bool Bold { get; init; }

    /// <summary>All words are in typewriter type.</summary>
    public required bool Monospaced { get; init; }

    /// <summary>A segment of words on one baseline; size and font are those of most characters.</summary>
    public static TextSegment Of(IReadOnlyList<TextWord> words, double baseline, int turn = 0)
    {
        int characters = words.Sum(w => w.Text.Length);
        return new TextSegment
        {
            Words = words as TextWord[] ?? [.. words], // all pages are kept until their layout: no spare places
            Box = words.Select(w => w.Box).Aggregate((a, b) => a.Union(b)),
            Baseline = baseline,
            Turn = turn,
            Size = words.GroupBy(w => w.Size).OrderByDescending(g => g.Sum(w => w.Text.Length)).ThenByDescending(g => g.Key).First().Key,
            Font = words.GroupBy(w => w.Font).OrderByDescending(g => g.Sum(w => w.Text.Length)).ThenBy(g => g.Key).First().Key,
            Monospaced = words.All(w => w.Monospaced),
            Bold = words.Where(w => w.Bold).Sum(w => w.Text.Length) >= 0.9 * characters,
        };
    }

    /// <summary>Clockwise quarter turns that make it upright; 0 for ordinary text.</summary>
    public int Turn { get; init; }

    /// <summary>What the file's tags say of all its words, as of a <see cref="Glyph"/>; 0 where they differ.</summary>
    public byte Mark => Words.All(w => w.Mark == Words[0].Mark) ? Words[0].Mark : (byte)0;

    /// <summary>How many characters of the page it is.</summary>
    public int Glyphs => Words.Sum(w => w.Glyphs);

    public string Text => string.Join(' ', Words.Select(w => w.Text));
}
