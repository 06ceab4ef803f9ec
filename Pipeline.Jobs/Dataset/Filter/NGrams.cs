using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Runs of 13 normalised words, by which copies of a text are found in another.</summary>
internal static class NGrams
{
    /// <summary>Words in a run.</summary>
    public const int Length = 13;

    /// <summary>Hash of every run of a text; none where it is shorter.</summary>
    public static IEnumerable<ulong> Of(string text)
    {
        ulong[] words = [.. TextWords.Of(text).Select(w => Shingles.Hash(w))];
        for (int i = 0; i + Length <= words.Length; i++)
        {
            ulong hash = 0;
            for (int j = 0; j < Length; j++)
                hash = Shingles.Mix(hash * 31 + words[i + j] + 1);
            yield return hash;
        }
    }
}
