using System.Text;

namespace Pipeline.Jobs.Dataset.Languages;

/// <summary>The words of a text that belong to a language: no code, names of files, numbers.</summary>
internal sealed class ProseWords
{
    private readonly StringBuilder _text = new();
    private string? _joined;
    private int _tokens, _latin, _kana, _han, _hangul;

    /// <summary>Letters of the words that are left.</summary>
    public int Letters { get; private set; }

    /// <summary>The words that are left.</summary>
    public int Words { get; private set; }

    /// <summary>Signs of East Asian scripts.</summary>
    public int Signs => _kana + _han + _hangul;

    /// <summary>The language of a text in an East Asian script; null for other scripts.</summary>
    public string? Script { get; private set; }

    /// <summary>Whether enough of the text is words: what is left of a program says nothing.</summary>
    public bool IsMostlyProse => Words >= 0.4 * _tokens;

    public static ProseWords Of(string text, int longest)
    {
        ProseWords words = new();
        ReadOnlySpan<char> rest = text.AsSpan(0, Math.Min(text.Length, longest));
        foreach (ReadOnlySpan<char> raw in rest.EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.Trim();
            if (line.Length == 0)
                continue;
            // The end of a statement or of a block of one.
            bool code = line[^1] is '{' or '}'
                || line.EndsWith(");", StringComparison.Ordinal) || line.StartsWith("//", StringComparison.Ordinal)
                || line[0] is '#' or '$';
            foreach (Range range in line.Split(' '))
                words.Add(line[range].Trim(), code);
        }
        words.Decide();
        return words;
    }

    /// <summary>The words with single blanks between them.</summary>
    public string Text => _joined ??= _text.ToString();

    /// <summary>Whether its letters are Latin ones.</summary>
    public bool IsLatin => _latin * 2 > Letters;

    /// <summary>The words, or some from beginning, middle and end.</summary>
    public string Sample(int longest)
    {
        string text = Text;
        if (text.Length <= longest)
            return text;
        StringBuilder sample = new();
        int part = longest / 3;
        foreach (int from in new[] { 0, (text.Length - part) / 2, text.Length - part })
        {
            int start = from == 0 ? 0 : text.IndexOf(' ', from);
            int end = text.LastIndexOf(' ', Math.Min(text.Length, from + part) - 1);
            if (start >= 0 && end > start) sample.Append(text, start, end - start).Append(' ');
        }
        return sample.ToString();
    }

    private void Add(ReadOnlySpan<char> token, bool code)
    {
        if (token.Length == 0)
            return;
        _tokens++;
        ReadOnlySpan<char> word = token.Trim(".,;:!?()[]\"'«»“”„‚‘’‹›…–—*¿¡`");
        int letters = 0, upper = 0, latin = 0;
        bool sign = code;
        for (int i = 0; i < word.Length; i++)
        {
            char c = word[i];
            if (IsSign(c))
                continue;
            if (char.IsLetter(c))
            {
                letters++;
                latin += c < '\u0250' ? 1 : 0;
                if (char.IsUpper(c) && i > 0) upper++;
            }
            else if (c is not ('-' or '\'' or '’' or '·' or '\u0301' or '\u00ad') && !char.IsLowSurrogate(c) && char.GetUnicodeCategory(c)
                is not (System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark))
            {
                sign = true;
            }
        }
        if (letters == 0 || sign || upper > 0 || letters > 40 || (word.Length > 0 && word[0] == '-'))
            return;
        Words++;
        Letters += letters;
        _latin += latin;
        _text.Append(word).Append(' ');
    }

    private bool IsSign(char c)
    {
        if (c is (>= '\u3041' and <= '\u30ff') or (>= '\uff66' and <= '\uff9d'))
            _kana++;
        else if (c is (>= '\u4e00' and <= '\u9fff') or (>= '\u3400' and <= '\u4dbf'))
            _han++;
        else if (c is (>= '\uac00' and <= '\ud7a3') or (>= '\u1100' and <= '\u11ff'))
            _hangul++;
        else
            return false;
        return true;
    }

    /// <summary>One East Asian sign says as much as about three letters, and identifiers are written in Latin ones.</summary>
    private void Decide()
    {
        const int Worth = 6;
        if (Signs == 0 || Signs * Worth < Letters)
            return;
        Script = _hangul * 2 > Signs ? "ko" : _kana * 20 > Signs ? "ja" : _han * 2 > Signs ? "zh" : null;
    }
}
