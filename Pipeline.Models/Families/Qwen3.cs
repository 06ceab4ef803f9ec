namespace Pipeline.Models.Families;

/// <summary>
/// Qwen3: a norm on each query and key head, and heads as wide as <c>head_dim</c> says whatever the hidden size. Reference:
/// transformers <c>Qwen3Config</c>, <c>modeling_qwen3</c>.
/// </summary>
internal static class Qwen3
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "qwen3",
        // Its answers are trained without thoughts: an empty one before each would have to be removed from every answer again.
        DefaultTemplate = "qwen3_nothink",
        QueryKeyNorm = true,
        ReadsAttentionBias = true,
        DefaultKeyValueHeads = 32,
        DefaultHeadDim = 128,
    };
}
