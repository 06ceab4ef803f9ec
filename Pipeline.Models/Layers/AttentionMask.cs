using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>Which keys each query may see.</summary>
/// <param name="Added">
/// Added to the scores: 0 where a key may be seen, else minus infinity, [batch or 1, 1, seq, total]; or null when every key may
/// be seen, or <paramref name="IsCausal"/> covers it.
/// </param>
/// <param name="IsCausal">Plain causal attention over a sequence without a past.</param>
/// <param name="LastKeys">A single query that sees only this many keys, at the end; null when the other two cover it.</param>
internal readonly record struct AttentionMask(Tensor? Added, bool IsCausal, int? LastKeys = null)
{
    /// <summary>Builds the mask of one forward pass, as cheap as the case allows.</summary>
    /// <param name="seq">Queries.</param>
    /// <param name="past">Cached keys before them.</param>
    /// <param name="padding">
    /// Either [batch, past + seq], 1 for tokens and 0 for padding; or boolean [batch, 1, seq, past + seq], used as is; or null.
    /// </param>
    /// <param name="window">Sliding window in tokens, or null.</param>
    /// <param name="dtype">Type of the scores.</param>
    /// <param name="device">Where the mask is used.</param>
    /// <exception cref="ArgumentException"><paramref name="padding"/> does not have one entry for each key.</exception>
    public static AttentionMask Create(long seq, long past, Tensor? padding, int? window, ScalarType dtype, Device device)
    {
        long total = past + seq;
        if (padding is not null && padding.shape[^1] != total)
            throw new ArgumentException(
                $"the attention mask covers {padding.shape[^1]} positions, expected {total} ({past} cached + {seq} new)", nameof(padding));
        if (padding is not null && padding.dim() == 4)
            return new AttentionMask(Additive(padding.to(ScalarType.Bool), dtype), false);
        bool windowed = window < total;
        // What follows a token never reaches it, and nobody reads what padding computes: right padding needs no mask.
        if (padding is not null && seq > 1 && past == 0 && IsRightPadded(padding))
            padding = null;
        if (padding is null && seq == 1)
            return new AttentionMask(null, false, windowed ? window : null);
        if (padding is null && !windowed && past == 0)
            return new AttentionMask(null, true);

        using DisposeScope scope = NewDisposeScope();
        Tensor query = arange(past, total, dtype: ScalarType.Int64, device: device).unsqueeze(1);
        Tensor key = arange(total, dtype: ScalarType.Int64, device: device).unsqueeze(0);
        Tensor allowed = key <= query;
        if (windowed)
            allowed = allowed.logical_and(key > query - window!.Value);
        allowed = allowed.unsqueeze(0).unsqueeze(0);
        if (padding is not null)
        {
            Tensor valid = padding.to(ScalarType.Bool).unsqueeze(1).unsqueeze(1);
            // A padding query sees itself: a row without any key would turn into NaN and spread.
            allowed = allowed.logical_and(valid.logical_or(key == query));
        }
        return new AttentionMask(Additive(allowed, dtype).MoveToOuterDisposeScope(), false);
    }

    private static bool IsRightPadded(Tensor padding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = padding.to(ScalarType.Int64);
        Tensor rises = tokens.narrow(1, 1, tokens.shape[1] - 1).gt(tokens.narrow(1, 0, tokens.shape[1] - 1));
        return !rises.any().item<bool>();
    }

    // Made once for all layers; the kernel would turn a boolean mask into this at every call.
    private static Tensor Additive(Tensor allowed, ScalarType dtype) =>
        zeros_like(allowed, dtype: dtype).masked_fill_(allowed.logical_not(), float.NegativeInfinity);
}
