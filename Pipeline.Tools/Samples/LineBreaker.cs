namespace Pipeline.Tools.Samples;

/// <summary>Breaks a paragraph into lines, hyphenating long words as print does.</summary>
internal static class LineBreaker
{
    private const string Vowels = "aeiouyAEIOUY";

    /// <returns>Words of each line; a word that continues on the next line ends in a hyphen.</returns>
    public static List<List<string>> Break(string text, float firstWidth, float width, float space, Func<string, float> measure,
        bool divide = true)
    {
        List<List<string>> lines = new() { new() };
        float left = firstWidth;
        Stack<string> words = new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (words.TryPop(out string? word))
        {
            List<string> line = lines[^1];
            float needed = measure(word) + (line.Count > 0 ? space : 0);
            if (needed <= left || (line.Count == 0 && !divide))
            {
                line.Add(word);
                left -= needed;
                continue;
            }
            int cut = !divide ? 0 : DivisionThatFits(word, left - (line.Count > 0 ? space : 0), measure);
            if (cut > 0)
            {
                line.Add(word[..cut] + "-");
                words.Push(word[cut..]);
            }
            else
            {
                words.Push(word);
            }
            lines.Add([]);
            left = width;
        }
        return lines;
    }

    /// <summary>Between two consonants or after a vowel, with three letters on either side.</summary>
    private static int DivisionThatFits(string word, float room, Func<string, float> measure)
    {
        if (word.Length < 8 || !word.TrimEnd('.', ',', ';', ':').All(char.IsAsciiLetterLower))
            return 0;
        int letters = word.TrimEnd('.', ',', ';', ':').Length;
        for (int cut = letters - 3; cut >= 3; cut--)
        {
            bool before = Vowels.Contains(word[cut - 1]), after = Vowels.Contains(word[cut]);
            bool followed = cut + 1 < letters && Vowels.Contains(word[cut + 1]);
            bool allowed = !after && followed && (before || Vowels.Contains(word[cut - 2]));
            if (allowed && measure(word[..cut] + "-") <= room)
                return cut;
        }
        return 0;
    }
}
