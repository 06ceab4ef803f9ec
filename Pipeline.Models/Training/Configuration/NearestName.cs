namespace Pipeline.Models.Training.Configuration;

/// <summary>Guesses what was meant by an unknown name.</summary>
public static class NearestName
{
    /// <summary>The known name with the smallest edit distance to the given one; the first of several.</summary>
    /// <param name="name">The name given.</param>
    /// <param name="known">The known names, at least one.</param>
    public static string Of(string name, IEnumerable<string> known) => known.MinBy(candidate => Distance(name, candidate))!;

    // Levenshtein's edit distance.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
