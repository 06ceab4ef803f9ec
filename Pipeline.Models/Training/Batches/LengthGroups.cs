namespace Pipeline.Models.Training.Batches;

/// <summary>
/// A random order in which neighbours have similar lengths: shuffled, cut into large groups, each
/// sorted from longest to shortest. Reference: transformers <c>get_length_grouped_indices</c>.
/// </summary>
internal static class LengthGroups
{
    private const int MostBatchesPerGroup = 50;

    /// <param name="shuffled">All rows in a random order.</param>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="batch">Rows per step.</param>
    public static int[] Order(int[] shuffled, IReadOnlyList<int> lengths, int batch)
    {
        // At least four groups, or every epoch would run from longest to shortest.
        int perGroup = Math.Clamp(shuffled.Length / (batch * 4), 1, MostBatchesPerGroup) * batch;
        int[][] groups = [.. shuffled.Chunk(perGroup).Select(group => group.OrderByDescending(row => lengths[row]).ToArray())];
        // The longest of all comes first: if memory is insufficient, that shows at once.
        int[] longest = groups.MaxBy(group => lengths[group[0]])!;
        (groups[0][0], longest[0]) = (longest[0], groups[0][0]);
        return [.. groups.SelectMany(group => group)];
    }
}
