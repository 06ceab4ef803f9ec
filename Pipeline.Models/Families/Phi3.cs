using Pipeline.Models.Layers;

namespace Pipeline.Models.Families;

/// <summary>Phi-3, Phi-3.5, Phi-4-mini. Reference: transformers <c>Phi3Config</c>, <c>modeling_phi3</c>.</summary>
internal static class Phi3
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "phi3",
        DefaultTemplate = "phi4_mini",
        FusesProjections = true,
        ReadsSlidingWindow = true,
        ReadsPartialRotaryFactor = true,
        RopeKinds = [RopeKind.Default, RopeKind.LongRope],
    };
}
