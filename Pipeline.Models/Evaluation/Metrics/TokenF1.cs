namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>SQuAD's measures of a short answer, over <see cref="AnswerText"/>.</summary>
public static class TokenF1
{
    /// <summary>Harmonic mean of precision and recall of the reply's words, each counted as often as it stands in both; 0 to 1.</summary>
    /// <param name="reply">What the model said.</param>
    /// <param name="expected">The right answer.</param>
    /// <param name="language">ISO 639-1 of both.</param>
    public static double Of(string reply, string expected, string language)
    {
        string[] said = AnswerText.Tokens(reply, language), wanted = AnswerText.Tokens(expected, language);
        if (said.Length == 0 || wanted.Length == 0) return said.Length == wanted.Length ? 1 : 0;
        Dictionary<string, int> left = wanted.CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        int common = 0;
        foreach (string word in said)
        {
            if (!left.TryGetValue(word, out int count) || count == 0) continue;
            left[word] = count - 1;
            common++;
        }
        return common == 0 ? 0 : 2.0 * common / (said.Length + wanted.Length);
    }

    /// <summary>Whether the two are the same answer.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static bool IsExact(string reply, string expected, string language) =>
        AnswerText.Tokens(reply, language).AsSpan().SequenceEqual(AnswerText.Tokens(expected, language));

    /// <summary>Whether the answer stands in the reply as words of its own, in its order: 7 does not stand in 17, apt not in
    /// apt-get.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static bool Contains(string reply, string expected, string language)
    {
        string[] wanted = AnswerText.Tokens(expected, language);
        // Blanks at both ends make whole words of it.
        return wanted.Length > 0 && $" {AnswerText.Normalised(reply, language)} ".Contains($" {string.Join(' ', wanted)} ",
            StringComparison.Ordinal);
    }
}
