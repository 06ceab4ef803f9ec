using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Words on one baseline with ordinary gaps: a line of a column, or one cell of a table row.</summary>
internal sealed class TextSegment
{
    private string? _text;

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
        TextWord[] own = words as TextWord[] ?? [.. words]; // all pages are kept until their layout: no spare places
        int characters = 0, bold = 0;
        bool monospaced = true, oneSize = true, oneFont = true;
        Box box = own[0].Box;
        foreach (TextWord word in own)
        {
            characters += word.Text.Length;
            bold += word.Bold ? word.Text.Length : 0;
            monospaced &= word.Monospaced;
            oneSize &= word.Size == own[0].Size;
            oneFont &= word.Font == own[0].Font;
            box = box.Union(word.Box);
        }
        return new TextSegment
        {
            Words = own,
            Box = box,
            Baseline = baseline,
            Turn = turn,
            Size = oneSize ? own[0].Size
                : own.GroupBy(w => w.Size).OrderByDescending(g => g.Sum(w => w.Text.Length)).ThenByDescending(g => g.Key).First().Key,
            Font = oneFont ? own[0].Font
                : own.GroupBy(w => w.Font).OrderByDescending(g => g.Sum(w => w.Text.Length)).ThenBy(g => g.Key).First().Key,
            Monospaced = monospaced,
            Bold = bold >= 0.9 * characters,
        };
    }

    /// <summary>Clockwise quarter turns that make it upright; 0 for ordinary text.</summary>
    public int Turn { get; init; }

    /// <summary>What the file's tags say of all its words, as of a <see cref="Glyph"/>; 0 where they differ.</summary>
    public byte Mark => Words.All(w => w.Mark == Words[0].Mark) ? Words[0].Mark : (byte)0;

    /// <summary>How many characters of the page it is.</summary>
    public int Glyphs => Words.Sum(w => w.Glyphs);

    public string Text => _text ??= string.Join(' ', Words.Select(w => w.Text));
}
