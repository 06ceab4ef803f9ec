using System.Text;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// ROUGE-L as the package rouge_score computes it without stemming: words are runs of letters and digits in lower case, the score is the
/// F-measure of the longest common subsequence. The package knows the letters a to z alone; here they are those of all scripts, which
/// is the same for English.
/// </summary>
public static class RougeL
{
    /// <summary>The F-measure, 0 to 1; 0 where either has no word.</summary>
    /// <param name="reply">What the model said.</param>
    /// <param name="expected">The right answer.</param>
    public static double Of(string reply, string expected)
    {
        string[] said = Words(reply), wanted = Words(expected);
        if (said.Length == 0 || wanted.Length == 0) return 0;
        double common = CommonLength(wanted, said);
        double precision = common / said.Length, recall = common / wanted.Length;
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static int CommonLength(string[] one, string[] other)
    {
        int[] above = new int[other.Length + 1], row = new int[other.Length + 1];
        foreach (string word in one)
        {
            for (int i = 0; i < other.Length; i++)
                row[i + 1] = word == other[i] ? above[i] + 1 : Math.Max(above[i + 1], row[i]);
            (above, row) = (row, above);
        }
        return above[^1];
    }

    private static string[] Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder words = new(text.Length);
        foreach (Rune rune in CanonicalComposition.ToFormC(text).ToLowerInvariant().EnumerateRunes())
        {
            bool isMark = Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.SpacingCombiningMark;
            words.Append(Rune.IsLetterOrDigit(rune) || isMark ? rune.ToString() : " ");
        }
        return words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
