namespace Pipeline.Tools.Starter.Tokenizer;

/// <summary>
/// How often each pair of neighbours occurs and in which words, updated merge by merge. The queue holds stale entries, which
/// are recognised by their count when they come up.
/// </summary>
internal sealed class PairIndex
{
    private readonly BpeTrainer.Word[] _words;
    private readonly Dictionary<(int Left, int Right), int> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (int NegativeCount, int Left, int Right)> _queue = new();

    public PairIndex(BpeTrainer.Word[] words)
    {
        _words = words;
        HashSet<(int Left, int Right)> changed = new();
        for (int w = 0; w < words.Length; w++) Register(w, changed);
        Enqueue(changed);
    }

    /// <summary>The most frequent pair, or null when none occurs twice.</summary>
    public (int Left, int Right)? TakeMostFrequent()
    {
        while (_queue.TryDequeue(out (int Left, int Right) pair, out (int NegativeCount, int Left, int Right) priority))
        {
            int count = _counts.GetValueOrDefault(pair);
            if (count == -priority.NegativeCount && count > 1) return pair;
        }
        return null;
    }

    /// <summary>Replaces the pair by one symbol wherever it occurs.</summary>
    public void Merge((int Left, int Right) pair, int merged)
    {
        HashSet<(int Left, int Right)> changed = new();
        foreach (int w in _places[pair].Order().ToArray())
        {
            Unregister(w, changed);
            List<int> symbols = _words[w].Symbols;
            int kept = 0;
            for (int i = 0; i < symbols.Count; i++)
            {
                bool both = i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
                symbols[kept++] = both ? merged : symbols[i];
                if (both) i++;
            }
            symbols.RemoveRange(kept, symbols.Count - kept);
            Register(w, changed);
        }
        Enqueue(changed);
    }

    private void Register(int w, HashSet<(int Left, int Right)> changed) => Update(w, changed, +1);

    private void Unregister(int w, HashSet<(int Left, int Right)> changed) => Update(w, changed, -1);

    private void Update(int w, HashSet<(int Left, int Right)> changed, int sign)
    {
        List<int> symbols = _words[w].Symbols;
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            (int Left, int Right) pair = (symbols[i], symbols[i + 1]);
            _counts[pair] = _counts.GetValueOrDefault(pair) + sign * _words[w].Count;
            if (!_places.TryGetValue(pair, out HashSet<int>? places)) _places[pair] = places = [];
            if (sign > 0) places.Add(w);
            else places.Remove(w);
            changed.Add(pair);
        }
    }

    private void Enqueue(HashSet<(int Left, int Right)> changed)
    {
        foreach ((int Left, int Right) pair in changed)
            if (_counts[pair] > 1) _queue.Enqueue(pair, (-_counts[pair], pair.Left, pair.Right));
    }
}
