namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>
/// Finds sets like a given one by MinHash signatures in bands: a pair of likeness 0.8 shares a band with a probability of 0.997, one of
/// 0.4 with 0.08. What is found is compared in full.
/// </summary>
internal sealed class MinHashIndex
{
    private const int Bands = 20, Rows = 6;

    // Texts of one pattern fill a bucket; from here on further ones are not compared with all of them, which bounds the time.
    private const int LargestBucket = 256;

    private readonly List<ulong[]> _sets = [];
    private readonly Dictionary<(int Band, ulong Key), List<int>> _buckets = [];
    private readonly List<int> _seen = [];

    /// <summary>The first added set, of those that <paramref name="accept"/> takes, at least as like as <paramref name="least"/>; or
    /// -1.</summary>
    public int Find(ulong[] set, ulong[] bands, double least, Func<int, bool> accept)
    {
        int best = -1, mark = _sets.Count + 1;
        for (int band = 0; band < Bands; band++)
        {
            if (!_buckets.TryGetValue((band, bands[band]), out List<int>? bucket))
                continue;
            foreach (int other in bucket)
            {
                if (_seen[other] == mark || best >= 0 && other > best)
                    continue;
                _seen[other] = mark;
                ulong[] candidate = _sets[other];
                int small = Math.Min(set.Length, candidate.Length), large = Math.Max(set.Length, candidate.Length);
                if (small >= least * large && Shingles.Jaccard(set, candidate) >= least && accept(other))
                    best = other;
            }
        }
        return best;
    }

    /// <summary>Adds a set; its number is the count of sets before it.</summary>
    public void Add(ulong[] set, ulong[] bands)
    {
        int number = _sets.Count;
        _sets.Add(set);
        _seen.Add(0);
        for (int band = 0; band < Bands; band++)
        {
            if (!_buckets.TryGetValue((band, bands[band]), out List<int>? bucket))
                _buckets[(band, bands[band])] = bucket = [];
            if (bucket.Count < LargestBucket)
                bucket.Add(number);
        }
    }

    /// <summary>One hash for each band of the signature of a set.</summary>
    public static ulong[] BandsOf(ulong[] set)
    {
        ulong[] bands = new ulong[Bands];
        for (int band = 0; band < Bands; band++)
        {
            ulong key = 0;
            for (int row = 0; row < Rows; row++)
            {
                // A permutation of the 64-bit hashes by an odd factor and a shift of its own.
                ulong seed = Shingles.Mix((ulong)(band * Rows + row + 1) * 0x9E3779B97F4A7C15);
                ulong factor = seed | 1, offset = Shingles.Mix(seed), least = ulong.MaxValue;
                foreach (ulong hash in set)
                {
                    ulong permuted = (hash ^ offset) * factor;
                    permuted ^= permuted >> 32;
                    least = Math.Min(least, permuted);
                }
                key = Shingles.Mix(key ^ least) + 1;
            }
            bands[band] = key;
        }
        return bands;
    }
}
