using System.Runtime.InteropServices;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// Joins neighbouring symbols, the pair that stands first in the file's list before all others and the leftmost of equal ones, until
/// no pair is left. A piece may be a whole document: its time grows with n log n. Reference: Sennrich et al. 2016; tokenizers,
/// models/bpe/word.rs.
/// </summary>
internal sealed class BpeMerger
{
    private const int LongestScanned = 48;

    private readonly Dictionary<long, (int Rank, int Result)> _merges;

    /// <param name="merges">Ids of left, right and result in order of priority; of equal pairs the last counts.</param>
    public BpeMerger(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        _merges = new Dictionary<long, (int, int)>(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
            _merges[KeyOf(merges[rank].Left, merges[rank].Right)] = (rank, merges[rank].Result);
    }

    /// <summary>Merges symbols in place.</summary>
    /// <param name="symbols">Ids; afterwards those that are left.</param>
    public void Merge(List<int> symbols)
    {
        if (symbols.Count <= LongestScanned) MergeWord(symbols);
        else MergeText(symbols);
    }

    // Looking through the few pairs of a word again is faster than keeping them in order.
    private void MergeWord(List<int> symbols)
    {
        Span<int> ids = CollectionsMarshal.AsSpan(symbols);
        Span<(int Rank, int Result)> pairs = stackalloc (int, int)[LongestScanned];
        int count = ids.Length;
        for (int i = 0; i + 1 < count; i++) pairs[i] = Find(ids[i], ids[i + 1]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
                if (pairs[i].Rank < pairs[best].Rank) best = i;
            if (pairs[best].Rank == int.MaxValue) break;
            ids[best] = pairs[best].Result;
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            if (best + 2 < count) pairs[(best + 2)..(count - 1)].CopyTo(pairs[(best + 1)..]);
            count--;
            if (best + 1 < count) pairs[best] = Find(ids[best], ids[best + 1]);
            if (best > 0) pairs[best - 1] = Find(ids[best - 1], ids[best]);
        }
        symbols.RemoveRange(count, symbols.Count - count);
    }

    private (int Rank, int Result) Find(int left, int right) =>
        _merges.TryGetValue(KeyOf(left, right), out (int, int) merge) ? merge : (int.MaxValue, 0);

    private void MergeText(List<int> symbols)
    {
        int count = symbols.Count;
        Span<int> ids = CollectionsMarshal.AsSpan(symbols);
        int[] next = new int[count], previous = new int[count];
        PriorityQueue<(int Left, int Result), long> waiting = new(count);
        for (int i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
            if (i > 0) Consider(i - 1, i, ids);
        }
        while (waiting.TryDequeue(out (int Left, int Result) pair, out _))
        {
            // A waiting pair may have lost a part to another merge since.
            int left = pair.Left, right = next[left];
            if (ids[left] < 0 || right < 0 || !_merges.TryGetValue(KeyOf(ids[left], ids[right]), out (int Rank, int Result) now)
                || now.Result != pair.Result)
                continue;
            ids[left] = pair.Result;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Consider(left, next[left], ids);
            }
            if (previous[left] >= 0) Consider(previous[left], left, ids);
        }
        int kept = 0;
        for (int i = 0; i >= 0; i = next[i]) ids[kept++] = ids[i];
        symbols.RemoveRange(kept, count - kept);

        void Consider(int left, int right, ReadOnlySpan<int> ids)
        {
            if (_merges.TryGetValue(KeyOf(ids[left], ids[right]), out (int Rank, int Result) merge))
                waiting.Enqueue((left, merge.Result), ((long)merge.Rank << 32) | (uint)left);
        }
    }

    private static long KeyOf(int left, int right) => ((long)left << 32) | (uint)right;
}
