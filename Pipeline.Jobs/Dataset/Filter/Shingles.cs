using System.Runtime.InteropServices;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Sets of runs of words, or of characters in short texts, by which the likeness of texts is measured.</summary>
internal static class Shingles
{
    private const int Words = 3, Characters = 4, ShortText = 6;

    /// <summary>Sorted distinct hashes of the runs of three words; of four characters where there are fewer than six words.</summary>
    public static ulong[] Of(string text)
    {
        string normalised = TextWords.Normalised(text);
        List<string> words = TextWords.Split(normalised);
        List<ulong> hashes = [];
        if (words.Count >= ShortText)
        {
            ulong[] each = [.. words.Select(w => Hash(w))];
            for (int i = 0; i + Words <= each.Length; i++)
                hashes.Add(Mix(Mix(each[i] * 3 + 1) ^ Mix(each[i + 1] * 5 + 2) ^ Mix(each[i + 2] * 7 + 3)));
        }
        else if (normalised.Length <= Characters)
            hashes.Add(Hash(normalised));
        else
            for (int i = 0; i + Characters <= normalised.Length; i++)
                hashes.Add(Hash(normalised.AsSpan(i, Characters)));
        hashes.Sort();
        int kept = 0;
        Span<ulong> sorted = CollectionsMarshal.AsSpan(hashes);
        for (int i = 0; i < sorted.Length; i++)
            if (i == 0 || sorted[i] != sorted[kept - 1])
                sorted[kept++] = sorted[i];
        return sorted[..kept].ToArray();
    }

    /// <summary>Size of the intersection over size of the union of two sorted sets; 1 for two empty ones.</summary>
    public static double Jaccard(ulong[] a, ulong[] b)
    {
        if (a.Length == 0 && b.Length == 0)
            return 1;
        int i = 0, j = 0, common = 0;
        while (i < a.Length && j < b.Length)
        {
            if (a[i] == b[j])
            {
                common++;
                i++;
                j++;
            }
            else if (a[i] < b[j])
                i++;
            else
                j++;
        }
        return (double)common / (a.Length + b.Length - common);
    }

    /// <summary>Likeness of two texts, 0 to 1.</summary>
    public static double Likeness(string a, string b) => Jaccard(Of(a), Of(b));

    /// <summary>FNV-1a with a finishing mix: the same on every machine and in every version.</summary>
    public static ulong Hash(ReadOnlySpan<char> text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
            hash = (hash ^ c) * 1099511628211;
        return Mix(hash);
    }

    /// <summary>The finishing function of SplitMix64.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
