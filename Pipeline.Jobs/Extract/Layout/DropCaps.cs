using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>A first letter over several lines leads the word that stands beside its head.</summary>
internal static class DropCaps
{
    public static List<TextSegment> Join(List<TextSegment> segments, double bodySize)
    {
        foreach (TextSegment letter in segments.Where(s => IsLetter(s, bodySize)).ToArray())
        {
            TextSegment? first = segments.Where(s => s != letter && s.Size < 0.6 * letter.Size
                    && s.Box.X0 >= letter.Box.X1 - 0.3 * bodySize && s.Box.X0 <= letter.Box.X1 + 1.5 * bodySize
                    && s.Baseline > letter.Baseline - 2 && s.Baseline < letter.Box.Y1)
                .MaxBy(s => s.Baseline);
            if (first is null || !char.IsLetter(first.Words[0].Text[0]))
                continue;
            TextWord word = first.Words[0];
            bool ownWord = letter.Words[0].Text is "A" or "I" && char.IsLower(word.Text[0]) && word.Box.X0 - letter.Box.X1 > 0.5 * bodySize;
            List<TextWord> words = ownWord
                ? [word with { Text = letter.Words[0].Text, Glyphs = letter.Glyphs }, .. first.Words]
                : [word with { Text = letter.Words[0].Text + word.Text, Glyphs = letter.Glyphs + word.Glyphs }, .. first.Words.Skip(1)];
            segments[segments.IndexOf(first)] = TextSegment.Of(words, first.Baseline);
            segments.Remove(letter);
        }
        return segments;
    }

    private static bool IsLetter(TextSegment segment, double bodySize) =>
        segment is { Words: [{ Text.Length: 1 } only] } && char.IsUpper(only.Text[0]) && segment.Size >= 1.9 * bodySize;
}
