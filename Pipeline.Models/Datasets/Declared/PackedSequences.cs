namespace Pipeline.Models.Datasets.Declared;

/// <summary>
/// Packs examples into sequences: each takes the longest example that still fits, until none does. Reference: the greedy knapsack
/// of hiyouga/LLaMA-Factory, src/llamafactory/data/processor/processor_utils.py.
/// </summary>
internal static class PackedSequences
{
    /// <summary>The packed sequences.</summary>
    /// <param name="examples">Examples; a longer one than <paramref name="room"/> must not be among them.</param>
    /// <param name="room">Maximum ids of a sequence.</param>
    /// <param name="apart">Whether no example sees another one (<c>neat_packing</c>).</param>
    public static IReadOnlyList<TokenizedExample> Pack(IReadOnlyList<TokenizedExample> examples, int room, bool apart)
    {
        // Of equal lengths the last row goes first.
        SortedDictionary<int, Stack<TokenizedExample>> byLength = new();
        foreach (TokenizedExample example in examples)
        {
            if (!byLength.TryGetValue(example.InputIds.Length, out Stack<TokenizedExample>? alike))
                byLength[example.InputIds.Length] = alike = new Stack<TokenizedExample>();
            alike.Push(example);
        }
        List<int> lengths = [.. byLength.Keys];
        List<TokenizedExample> sequences = new();
        while (lengths.Count > 0)
        {
            List<TokenizedExample> sequence = new();
            int left = room;
            for (int at; (at = LastUpTo(lengths, left)) >= 0;)
            {
                int length = lengths[at];
                sequence.Add(byLength[length].Pop());
                left -= length;
                if (byLength[length].Count == 0) lengths.RemoveAt(at);
            }
            if (sequence.Count == 0) throw new ArgumentException("an example is longer than a sequence", nameof(examples));
            sequences.Add(Join(sequence, apart));
        }
        return sequences;
    }

    private static TokenizedExample Join(List<TokenizedExample> sequence, bool apart) =>
        new([.. sequence.SelectMany(example => example.InputIds)], [.. sequence.SelectMany(example => example.Labels)])
        {
            Parts = [.. sequence.Select(example => example.InputIds.Length)],
            IsApart = apart,
        };

    private static int LastUpTo(List<int> lengths, int most)
    {
        int at = lengths.BinarySearch(most);
        return at >= 0 ? at : ~at - 1;
    }
}
