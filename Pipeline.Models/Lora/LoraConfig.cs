using Pipeline.Models.Families;

namespace Pipeline.Models.Lora;

/// <summary>Shape of a low-rank adapter. Reference: Hu et al., "LoRA" (2021); PEFT <c>LoraConfig</c>.</summary>
public sealed record LoraConfig
{
    /// <summary>Rank r of the update: A is [r, in], B is [out, r].</summary>
    public required int Rank { get; init; }

    /// <summary>Numerator of the scaling.</summary>
    public required double Alpha { get; init; }

    /// <summary>Probability with which an input of A is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Linear layers to adapt: last parts of their names (<c>qkv_proj</c>), longer endings, or <c>all</c>.</summary>
    public required IReadOnlyList<string> TargetModules { get; init; }

    /// <summary>In place of <see cref="TargetModules"/>: a regular expression that the whole name of a layer must match; or null.</summary>
    public string? TargetPattern { get; init; }

    /// <summary>Rank-stabilised scaling, alpha / sqrt(r) instead of alpha / r (arXiv:2312.03732).</summary>
    public bool UseRsLora { get; init; }

    /// <summary>
    /// Weight decomposition: the length of each row of the updated weight is learned on its own (DoRA, arXiv:2402.09353).
    /// </summary>
    public bool UseDora { get; init; }

    /// <summary>
    /// Other ranks than <see cref="Rank"/>, by a regular expression for the end of a layer's name; the first match counts.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    /// <summary>Other numerators than <see cref="Alpha"/>, in the same way.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Factor of the update: y = x W^T + scaling · (x A^T) B^T; of layers that match no pattern.</summary>
    public double Scaling => ScalingFor(Rank, Alpha);

    /// <summary>Rank of one layer, by its full name.</summary>
    public int RankOf(string layer) => ModulePattern.First(RankPattern, layer, Rank);

    /// <summary>Factor of the update of one layer, by its full name.</summary>
    public double ScalingOf(string layer) => ScalingFor(RankOf(layer), ModulePattern.First(AlphaPattern, layer, Alpha));

    /// <summary>Weights the adapter adds to a model, from its configuration alone: nothing is allocated.</summary>
    /// <exception cref="InputException">A target matches no linear layer of the model.</exception>
    public long CountTrainable(DecoderConfig model)
    {
        TargetModules targets = Lora.TargetModules.Resolve(this, [.. model.ProjectionShapes().Select(p => p.Name)]);
        return model.ProjectionShapes().Where(p => targets.Contains(p.Name))
            .Sum(p => RankOf(p.Name) * (p.InFeatures + p.OutFeatures) + (UseDora ? p.OutFeatures : 0));
    }

    /// <summary>Checks the numbers that do not depend on a model.</summary>
    /// <exception cref="InputException">Rank, alpha or dropout is out of range, or there is no target.</exception>
    public void Validate()
    {
        foreach (int rank in RankPattern.Select(p => p.Value).Prepend(Rank))
        {
            if (rank < 1)
                throw new SettingsException("lora_rank", $"{rank} is not a rank; use 1 or more (8 and 16 are usual)");
        }
        foreach (double alpha in AlphaPattern.Select(p => p.Value).Prepend(Alpha))
        {
            if (!(alpha > 0))
                throw new SettingsException("lora_alpha", $"{alpha} must be greater than 0 (twice the rank is usual)");
        }
        if (!(Dropout is >= 0 and < 1))
            throw new SettingsException("lora_dropout", $"{Dropout} must be at least 0 and less than 1");
        if (TargetModules.Count == 0 && TargetPattern is null)
            throw new SettingsException("lora_target", "names no module; use all, or names such as qkv_proj, o_proj");
    }

    private double ScalingFor(int rank, double alpha) => UseRsLora ? alpha / Math.Sqrt(rank) : alpha / rank;
}
