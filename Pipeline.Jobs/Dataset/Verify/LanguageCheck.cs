namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>
/// Whether a text is in its language. Questions are short and full of names, which mislead detectors made for running text: where the small
/// words decide, they do.
/// </summary>
internal static class LanguageCheck
{
    private const int FewWords = 6;

    /// <summary>Whether it is, or nothing speaks against it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="language">ISO 639-1.</param>
    /// <param name="languageMatches">The detector, asked about the words that are no names and numbers.</param>
    public static bool Fits(string text, string language, Func<string, string, bool> languageMatches)
    {
        List<string> words = [];
        bool first = true;
        foreach (string part in TextWords.Flat(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string word = part.Trim('.', ',', '?', '!', ':', ';', '"', '(', ')', '¿', '¡', '*', '…');
            bool isName = word.Length == 0 || !word.All(c => char.IsLetter(c) || c is '-' or '\'')
                || !first && language != "de" && char.IsUpper(word[0]);
            if (!isName)
                words.Add(word);
            first = part[^1] is '.' or '!' or '?' or ':';
        }
        (int own, int other) = StopWords.Count([.. words.Select(w => TextWords.Fold(w.ToLowerInvariant()))], language);
        if (own >= 2 && own > other)
            return true;
        int count = words.Sum(w => w.Any(TextWords.IsUnspaced) ? Math.Max(1, w.Length / 2) : 1);
        return count < FewWords ? other < own + 2 || languageMatches(text, language) : languageMatches(string.Join(' ', words), language);
    }
}
