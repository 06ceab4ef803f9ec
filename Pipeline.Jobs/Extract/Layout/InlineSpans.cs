using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Finds the words that were set in another style, or lead somewhere, again in the text of their block.</summary>
internal static class InlineSpans
{
    private const double WholeBlock = 0.8; // of the letters: a style of most of them sets nothing apart

    public static List<TextSpan> Of(TextBlock block)
    {
        List<TextSpan> spans = new();
        if (block.Kind is BlockKind.Code or BlockKind.Table or BlockKind.Figure || block.Words.Count == 0)
            return spans;
        int letters = block.Words.Sum(w => w.Text.Length);
        bool Rare(Func<TextWord, bool> has) => block.Words.Where(has).Sum(w => w.Text.Length) < WholeBlock * letters;
        bool styled = block.Kind != BlockKind.Heading;
        bool bold = styled && Rare(w => w.Bold), italic = styled && Rare(w => w.Italic), code = styled && Rare(w => w.Monospaced);

        (TextStyle Style, string? Target)? running = null;
        (int start, int end, int at) = (0, 0, 0);
        foreach (TextWord word in block.Words)
        {
            if (Find(block.Text, word.Text, at) is not ({ } from, { } to))
                continue;
            (TextStyle, string?)? own = StyleOf(word, bold, italic, code);
            if (own != running || block.Text.AsSpan(end, from - end).Trim().Length > 0)
            {
                Add(block.Text, running, start, end, spans);
                (running, start) = (own, from);
            }
            (at, end) = (to, to);
        }
        Add(block.Text, running, start, end, spans);
        return spans;
    }

    private static (TextStyle, string?)? StyleOf(TextWord word, bool bold, bool italic, bool code)
    {
        if (word.Link is { } target)
            return (TextStyle.Link, target);
        if (!word.Text.Any(char.IsLetterOrDigit))
            return null;
        (bool isBold, bool isItalic) = (bold && word.Bold, italic && word.Italic);
        return code && word.Monospaced ? (TextStyle.Code, null)
            : isBold ? (isItalic ? TextStyle.BoldItalic : TextStyle.Bold, null)
            : isItalic ? (TextStyle.Italic, null)
            : null;
    }

    /// <summary>
    /// The place of the next word of a text: after blanks, and without the hyphen that divided it from the line below. Null for a word
    /// that is not there, such as the marker of a list.
    /// </summary>
    private static (int From, int To)? Find(string text, string word, int at)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        if (string.CompareOrdinal(text, at, word, 0, word.Length) == 0)
            return (at, at + word.Length);
        return word.Length > 1 && word[^1] == '-' && string.CompareOrdinal(text, at, word, 0, word.Length - 1) == 0
            ? (at, at + word.Length - 1) : null;
    }

    private static void Add(string text, (TextStyle Style, string? Target)? style, int start, int end, List<TextSpan> spans)
    {
        if (style is not { } known)
            return;
        // Punctuation belongs to the sentence.
        string closing = known.Style is TextStyle.Bold or TextStyle.Italic or TextStyle.BoldItalic ? ".,;:!?)]”»’\"" : ".,;:!?";
        while (end > start && closing.Contains(text[end - 1], StringComparison.Ordinal)
            && !(text[end - 1] is ')' or ']' && text.AsSpan(start, end - start).ContainsAny('(', '[')))
            end--;
        while (start < end && text[start] is '(' or '[' or '“' or '«' or '"' && !text.AsSpan(start, end - start).ContainsAny(')', ']'))
            start++;
        bool inWord = (start > 0 && char.IsLetterOrDigit(text[start - 1])) || (end < text.Length && char.IsLetterOrDigit(text[end]));
        if (end > start && (!inWord || known.Style == TextStyle.Link))
            spans.Add(new TextSpan(start, end - start, known.Style, known.Target));
    }
}
