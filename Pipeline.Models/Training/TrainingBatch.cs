using Pipeline.Models.Datasets;
using static TorchSharp.torch;

namespace Pipeline.Models.Training;

/// <summary>
/// Examples of one micro-step, padded on the right to the longest. A causal model never looks to the right, so the padding
/// needs no mask; and only the positions that have a target are listed, so nothing is computed for the others' logits.
/// </summary>
/// <param name="InputIds">[batch, seq] int64</param>
/// <param name="Rows">[targets] int64: places in the flattened hidden states whose next token is learned.</param>
/// <param name="Targets">[targets] int64: those next tokens.</param>
/// <param name="Tokens">Ids without the padding.</param>
internal sealed record TrainingBatch(Tensor InputIds, Tensor Rows, Tensor Targets, int Tokens) : IDisposable
{
    private const long PaddingId = 0; // never seen by another token, so any id will do

    /// <summary>Pads and lists the targets.</summary>
    public static TrainingBatch Collate(IReadOnlyList<TokenizedExample> examples, Device device)
    {
        int longest = examples.Max(e => e.InputIds.Length);
        long[] ids = new long[examples.Count * longest];
        Array.Fill(ids, PaddingId);
        var rows = new List<long>();
        var targets = new List<long>();
        for (int i = 0; i < examples.Count; i++)
        {
            (int[] inputIds, int[] labels) = examples[i];
            for (int at = 0; at < inputIds.Length; at++)
            {
                ids[i * longest + at] = inputIds[at];
                if (at == 0 || labels[at] == TokenizedExample.Ignored)
                    continue;
                rows.Add(i * longest + at - 1);
                targets.Add(labels[at]);
            }
        }
        return new TrainingBatch(
            tensor(ids, [examples.Count, longest], device: device), tensor(rows.ToArray(), device: device),
            tensor(targets.ToArray(), device: device), examples.Sum(e => e.InputIds.Length));
    }

    /// <summary>Targets that an example contributes: its labels from the second position on.</summary>
    public static int CountTargets(TokenizedExample example) => example.Labels.Skip(1).Count(label => label != TokenizedExample.Ignored);

    public void Dispose()
    {
        InputIds.Dispose();
        Rows.Dispose();
        Targets.Dispose();
    }
}
