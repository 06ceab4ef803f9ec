namespace Pipeline.Models.Training.Batches;

/// <summary>
/// Packs examples into sequences: each takes the longest example that still fits, until none does. Reference: the
/// greedy knapsack of hiyouga/LLaMA-Factory, src/llamafactory/data/processor/processor_utils.py, here over the whole dataset.
/// </summary>
internal static class ExamplePacker
{
    /// <summary>The packed sequences, as row numbers; equal lengths give equal sequences.</summary>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="capacity">Maximum tokens per sequence; a longer example gets a sequence to itself.</param>
    public static IReadOnlyList<int[]> Pack(IReadOnlyList<int> lengths, int capacity)
    {
        // Rows sorted by length, so the longest that fits is found by scanning downwards; ties keep row order.
        Queue<int>[] rows = new Queue<int>[capacity + 1];
        for (int row = 0; row < lengths.Count; row++)
            (rows[Math.Min(lengths[row], capacity)] ??= new Queue<int>()).Enqueue(row);

        List<int[]> sequences = new();
        for (int longest = capacity; longest >= 0;)
        {
            if (rows[longest] is not { Count: > 0 })
            {
                longest--;
                continue;
            }
            List<int> sequence = new();
            int left = capacity;
            for (int length = longest; length >= 0; length = Math.Min(length, left))
            {
                if (rows[length] is { Count: > 0 } fitting)
                {
                    sequence.Add(fitting.Dequeue());
                    left -= length;
                }
                else
                {
                    length--;
                }
            }
            sequences.Add([.. sequence]);
        }
        return sequences;
    }
}
