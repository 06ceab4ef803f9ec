using Pipeline.Models.Datasets;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Loop;

/// <summary>
/// Which general examples each step of an epoch holds: after every step of it, at least the share of the taught tokens so far.
/// The order is each epoch's own and depends on the seed alone; how far a step goes in it depends on the taught tokens.
/// </summary>
/// <param name="examples">General examples; none gives no step any.</param>
/// <param name="share">Tokens of them per taught token.</param>
/// <param name="random">The training's randomness.</param>
internal sealed class RetentionSchedule(IReadOnlyList<TokenizedExample> examples, double share, RandomState random)
{
    /// <summary>The general examples of each step.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <param name="taughtTokens">Taught tokens of each of its steps.</param>
    public IReadOnlyList<IReadOnlyList<TokenizedExample>> OfEpoch(int epoch, IReadOnlyList<long> taughtTokens)
    {
        IReadOnlyList<TokenizedExample>[] steps = new IReadOnlyList<TokenizedExample>[taughtTokens.Count];
        using IEnumerator<TokenizedExample> order = Order(epoch).GetEnumerator();
        double taught = 0;
        long given = 0;
        for (int step = 0; step < steps.Length; step++)
        {
            List<TokenizedExample> chosen = [];
            taught += taughtTokens[step];
            while (given < share * taught && order.MoveNext())
            {
                chosen.Add(order.Current);
                given += order.Current.InputIds.Length;
            }
            steps[step] = chosen;
        }
        return steps;
    }

    // Once through all, then again in another order, for as long as it takes.
    private IEnumerable<TokenizedExample> Order(int epoch)
    {
        for (int round = 0; examples.Count > 0; round++)
        {
            foreach (int row in random.RetentionOrder(epoch, round, examples.Count))
                yield return examples[row];
        }
    }
}
