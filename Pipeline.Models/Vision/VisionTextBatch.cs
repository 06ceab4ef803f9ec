using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Vision;

/// <summary>One sequence with its images.</summary>
/// <param name="Ids">Token ids, each image expanded to as many image tokens as it has.</param>
/// <param name="Images">The images in text order.</param>
public sealed record VisionTextSequence(IReadOnlyList<int> Ids, IReadOnlyList<ImagePatches> Images);

/// <summary>Sequences of text and images as tensors, padded on the left: what <see cref="Qwen2VlModel"/> reads.</summary>
public sealed class VisionTextBatch : IDisposable
{
    private VisionTextBatch(Tensor inputIds, Tensor positionIds, Tensor? attentionMask, Tensor? pixels, Tensor? imageRows,
        IReadOnlyList<PatchGrid> grids, IReadOnlyList<long> nextPositions)
    {
        (InputIds, PositionIds, AttentionMask, Pixels, ImageRows, Grids, NextPositions) =
            (inputIds, positionIds, attentionMask, pixels, imageRows, grids, nextPositions);
    }

    /// <summary>[batch, seq] int64; shorter sequences begin with padding.</summary>
    public Tensor InputIds { get; }

    /// <summary>[3, batch, seq] int64: time, height, width.</summary>
    public Tensor PositionIds { get; }

    /// <summary>[batch, seq] int64, 1 for tokens and 0 for padding; null when all have the same length.</summary>
    public Tensor? AttentionMask { get; }

    /// <summary>[patches of all images, patch length] float32; null without images.</summary>
    public Tensor? Pixels { get; }

    /// <summary>Indices of the image tokens among the batch × seq tokens, int64; null without images.</summary>
    public Tensor? ImageRows { get; }

    /// <summary>Patches of each image.</summary>
    public IReadOnlyList<PatchGrid> Grids { get; }

    /// <summary>Position of the next token, per sequence.</summary>
    public IReadOnlyList<long> NextPositions { get; }

    /// <summary>Tokens per sequence, padding included.</summary>
    public int Length => (int)InputIds.shape[1];

    /// <summary>Combines sequences into a batch.</summary>
    /// <param name="sequences">At least one.</param>
    /// <param name="config">Image token and merge size.</param>
    /// <param name="device">Device for the tensors.</param>
    /// <param name="paddingId">Id at padded positions; never read.</param>
    /// <exception cref="InputException">The image tokens of a sequence do not match its images.</exception>
    public static VisionTextBatch Create(IReadOnlyList<VisionTextSequence> sequences, Qwen2VlConfig config, Device device,
        int paddingId = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(config);
        int batch = sequences.Count, length = sequences.Max(s => s.Ids.Count);
        long[] ids = new long[batch * length];
        long[] mask = new long[batch * length];
        long[] positions = new long[3 * batch * length];
        List<long> imageRows = new();
        long[] next = new long[batch];
        Array.Fill(ids, paddingId);
        for (int row = 0; row < batch; row++)
        {
            IReadOnlyList<int> sequence = sequences[row].Ids;
            MropePositions own = MropePositions.Of(sequence, [.. sequences[row].Images.Select(i => i.Grid)], config.ImageTokenId,
                config.Vision.SpatialMergeSize);
            next[row] = own.Next;
            int start = row * length + length - sequence.Count;
            for (int i = 0; i < sequence.Count; i++)
            {
                ids[start + i] = sequence[i];
                mask[start + i] = 1;
                if (sequence[i] == config.ImageTokenId)
                    imageRows.Add(start + i);
                for (int axis = 0; axis < 3; axis++)
                    positions[axis * batch * length + start + i] = own.Values[axis * sequence.Count + i];
            }
        }

        using DisposeScope scope = NewDisposeScope();
        ImagePatches[] images = [.. sequences.SelectMany(s => s.Images)];
        Tensor? pixels = images.Length == 0 ? null : cat([.. images.Select(i => tensor(i.Values).view(i.Grid.Patches, -1))]).to(device);
        Tensor? rows = images.Length == 0 ? null : tensor(imageRows.ToArray()).to(device);
        Tensor? padding = mask.Contains(0) ? tensor(mask).view(batch, length).to(device) : null;
        return new VisionTextBatch(
            tensor(ids).view(batch, length).to(device).DetachFromDisposeScope(),
            tensor(positions).view(3, batch, length).to(device).DetachFromDisposeScope(),
            padding?.DetachFromDisposeScope(), pixels?.DetachFromDisposeScope(), rows?.DetachFromDisposeScope(),
            [.. images.Select(i => i.Grid)], next);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        InputIds.Dispose();
        PositionIds.Dispose();
        AttentionMask?.Dispose();
        Pixels?.Dispose();
        ImageRows?.Dispose();
    }
}
