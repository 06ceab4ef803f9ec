using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Pass;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Batches;

/// <summary>
/// Examples of one micro-step, concatenated without padding; none sees another. Only rows that have a target are
/// listed, so no logits are computed for the others. Retained examples, which have none, come last.
/// </summary>
/// <param name="InputIds">[rows] int64; after the last token, a few rows that belong to no example.</param>
/// <param name="Rows">[targets] int64: rows whose next token is a training target.</param>
/// <param name="Targets">[targets] int64: those next tokens.</param>
/// <param name="Layout">Which rows belong to which example.</param>
internal sealed record TrainingBatch(Tensor InputIds, Tensor Rows, Tensor Targets, SequenceLayout Layout) : IDisposable
{
    /// <summary>The retained examples alone, as the base computes them; null without any.</summary>
    public TrainingBatch? Retained { get; private init; }

    /// <summary>The row of the first retained token; the others follow in the order of <see cref="Retained"/>.</summary>
    public int FirstRetainedRow => Layout.Tokens - (Retained?.Layout.Tokens ?? 0);

    /// <summary>Joins examples and lists the targets.</summary>
    /// <param name="examples">Examples whose labels are the targets.</param>
    /// <param name="device">Where.</param>
    /// <param name="retained">Examples whose predictions are held to the base's at all positions.</param>
    /// <exception cref="ArgumentException">There is no example, or an empty one.</exception>
    public static TrainingBatch Collate(IReadOnlyList<TokenizedExample> examples, Device device,
        IReadOnlyList<TokenizedExample>? retained = null)
    {
        retained ??= [];
        examples = [.. examples.SelectMany(Apart)];
        TokenizedExample[] all = [.. examples, .. retained];
        if (all.Length == 0 || all.Any(e => e.InputIds.Length == 0))
            throw new ArgumentException("a batch needs examples with tokens", nameof(examples));
        SequenceLayout layout = new([.. all.Select(e => e.InputIds.Length)], [.. all.Select(e => e.Parts)]);
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
        foreach (TokenizedExample example in retained)
        {
            foreach (int id in example.InputIds)
                ids[row++] = id;
        }
        return new TrainingBatch(tensor(ids, device: device).DetachFromDisposeScope(), tensor(rows.ToArray(), device: device)
            .DetachFromDisposeScope(),
            tensor(targets.ToArray(), device: device).DetachFromDisposeScope(), layout)
        {
            Retained = retained.Count == 0 ? null : Collate(retained, device),
        };
    }

    /// <summary>Targets an example contributes: its labels from the second position on.</summary>
    public static int CountTargets(TokenizedExample example) => example.IsApart ? Apart(example).Sum(CountTargets)
        : example.Labels.Skip(1).Count(label => label != TokenizedExample.Ignored);

    // Packed examples that do not see each other are sequences of their own.
    private static IEnumerable<TokenizedExample> Apart(TokenizedExample example)
    {
        if (!example.IsApart)
            return [example];
        int start = 0;
        return [.. example.Parts.Select(length => new TokenizedExample(
            example.InputIds[start..(start + length)], example.Labels[start..(start += length)]))];
    }

    public void Dispose()
    {
        InputIds.Dispose();
        Rows.Dispose();
        Targets.Dispose();
        Retained?.Dispose();
    }
}
