using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Pass;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Batches;

/// <summary>
/// Examples of one micro-step, concatenated without padding; none sees another. Only rows that have a target are
/// listed, so no logits are computed for the others.
/// </summary>
/// <param name="InputIds">[rows] int64; after the last token, a few rows that belong to no example.</param>
/// <param name="Rows">[targets] int64: rows whose next token is a training target.</param>
/// <param name="Targets">[targets] int64: those next tokens.</param>
/// <param name="Layout">Which rows belong to which example.</param>
internal sealed record TrainingBatch(Tensor InputIds, Tensor Rows, Tensor Targets, SequenceLayout Layout) : IDisposable
{
    /// <summary>Joins examples and lists the targets.</summary>
    /// <exception cref="ArgumentException">There is no example, or an empty one.</exception>
    public static TrainingBatch Collate(IReadOnlyList<TokenizedExample> examples, Device device)
    {
        if (examples.Count == 0 || examples.Any(e => e.InputIds.Length == 0))
            throw new ArgumentException("a batch needs examples with tokens", nameof(examples));
        SequenceLayout layout = new([.. examples.Select(e => e.InputIds.Length)]);
        long[] ids = new long[layout.Rows];
        List<long> rows = new();
        List<long> targets = new();
        int row = 0;
        foreach ((int[] inputIds, int[] labels) in examples)
        {
            for (int at = 0; at < inputIds.Length; at++, row++)
            {
                ids[row] = inputIds[at];
                if (at == 0 || labels[at] == TokenizedExample.Ignored)
                    continue;
                rows.Add(row - 1);
                targets.Add(labels[at]);
            }
        }
        return new TrainingBatch(tensor(ids, device: device).DetachFromDisposeScope(), tensor(rows.ToArray(), device: device)
            .DetachFromDisposeScope(),
            tensor(targets.ToArray(), device: device).DetachFromDisposeScope(), layout);
    }

    /// <summary>Targets an example contributes: its labels from the second position on.</summary>
    public static int CountTargets(TokenizedExample example) => example.Labels.Skip(1).Count(label => label != TokenizedExample.Ignored);

    public void Dispose()
    {
        InputIds.Dispose();
        Rows.Dispose();
        Targets.Dispose();
    }
}
