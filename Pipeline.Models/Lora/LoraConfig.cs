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

    /// <summary>Rank-stabilised scaling, alpha / sqrt(r) instead of alpha / r (arXiv:2312.03732).</summary>
    public bool UseRsLora { get; init; }

    /// <summary>Factor of the update: y = x W^T + scaling · (x A^T) B^T.</summary>
    public double Scaling => UseRsLora ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>Weights the adapter adds to a model, from its configuration alone: nothing is allocated.</summary>
    /// <exception cref="InputException">A target matches no linear layer of the model.</exception>
    public long CountTrainable(DecoderConfig model)
    {
        TargetModules targets = Lora.TargetModules.Resolve(this, [.. model.ProjectionShapes().Select(p => p.Name)]);
        return model.ProjectionShapes().Where(p => targets.Contains(p.Name)).Sum(p => Rank * (p.InFeatures + p.OutFeatures));
    }

    /// <summary>Checks the numbers that do not depend on a model.</summary>
    /// <exception cref="InputException">Rank, alpha or dropout is out of range, or there is no target.</exception>
    public void Validate()
    {
        if (Rank < 1)
            throw new InputException($"lora_rank: {Rank} is not a rank; use 1 or more (8 and 16 are usual)");
        if (!(Alpha > 0))
            throw new InputException($"lora_alpha: {Alpha} must be greater than 0 (twice the rank is usual)");
        if (!(Dropout is >= 0 and < 1))
            throw new InputException($"lora_dropout: {Dropout} must be at least 0 and less than 1");
        if (TargetModules.Count == 0)
            throw new InputException("lora_target: names no module; use all, or names such as qkv_proj, o_proj");
    }
}
