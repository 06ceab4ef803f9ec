using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>Which keys each query may see.</summary>
/// <param name="Allowed">Boolean [batch or 1, 1, seq, total], or null when <paramref name="IsCausal"/> says it all.</param>
/// <param name="IsCausal">Plain causal attention over a sequence without a past.</param>
internal readonly record struct AttentionMask(Tensor? Allowed, bool IsCausal)
{
    /// <summary>Builds the mask of one forward pass, as cheap as the case allows.</summary>
    /// <param name="seq">Queries.</param>
    /// <param name="past">Cached keys before them.</param>
    /// <param name="padding">[batch, past + seq], 1 for tokens and 0 for padding; or boolean [batch, 1, seq, past + seq], taken as it is; or null.</param>
    /// <param name="window">Sliding window in tokens, or null.</param>
    /// <param name="device">Where the mask is used.</param>
    /// <exception cref="ArgumentException"><paramref name="padding"/> does not have one entry for each key.</exception>
    public static AttentionMask Create(long seq, long past, Tensor? padding, int? window, Device device)
    {
        long total = past + seq;
        if (padding is not null && padding.shape[^1] != total)
            throw new ArgumentException($"the attention mask covers {padding.shape[^1]} positions, expected {total} ({past} cached + {seq} new)", nameof(padding));
        if (padding is not null && padding.dim() == 4)
            return new AttentionMask(padding, false);
        bool windowed = window < total;
        if (padding is null && !windowed)
        {
            if (seq == 1)
                return new AttentionMask(null, false);
            if (past == 0)
                return new AttentionMask(null, true);
        }

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
        return new AttentionMask(allowed.MoveToOuterDisposeScope(), false);
    }
}
