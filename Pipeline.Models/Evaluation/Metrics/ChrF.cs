using System.Text;

namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// chrF as sacrebleu computes it for one sentence with its defaults: n-grams of 1 to 6 characters without white space, no n-grams of
/// words, recall weighted twice (beta 2), orders that either text is too short for left out.
/// </summary>
public static class ChrF
{
    private const int Orders = 6;
    private const double Beta = 2;

    /// <summary>The score from 0 to 1, sacrebleu's divided by 100.</summary>
    /// <param name="reply">What the model said.</param>
    /// <param name="expected">The right answer.</param>
    public static double Of(string reply, string expected)
    {
        Rune[] said = Characters(reply), wanted = Characters(expected);
        double precision = 0, recall = 0;
        int orders = Math.Min(Orders, Math.Min(said.Length, wanted.Length));
        if (orders == 0) return 0;
        for (int n = 1; n <= orders; n++)
        {
            Dictionary<string, int> left = Grams(wanted, n).CountBy(gram => gram, StringComparer.Ordinal)
                .ToDictionary(StringComparer.Ordinal);
            int common = 0;
            foreach (string gram in Grams(said, n))
            {
                if (!left.TryGetValue(gram, out int count) || count == 0) continue;
                left[gram] = count - 1;
                common++;
            }
            precision += (double)common / (said.Length - n + 1) / orders;
            recall += (double)common / (wanted.Length - n + 1) / orders;
        }
        return precision + recall == 0 ? 0 : (1 + Beta * Beta) * precision * recall / (Beta * Beta * precision + recall);
    }

    private static Rune[] Characters(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune))];
    }

    private static IEnumerable<string> Grams(Rune[] characters, int n) => Enumerable.Range(0, characters.Length - n + 1)
        .Select(i => string.Concat(characters.Skip(i).Take(n).Select(rune => rune.ToString())));
}
