using Pipeline.Models.Layers;

namespace Pipeline.Models.Families;

/// <summary>
/// The text model of Qwen2-VL: Qwen2 with three-axis positions. Reference: transformers <c>Qwen2VLTextConfig</c>,
/// <c>modeling_qwen2_vl</c>.
/// </summary>
internal static class Qwen2Vl
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "qwen2_vl",
        DefaultTemplate = "qwen2_vl",
        HasVision = true,
        QueryKeyValueBias = true,
        DefaultKeyValueHeads = 32,
        RopeKinds = [RopeKind.Mrope],
    };
}
