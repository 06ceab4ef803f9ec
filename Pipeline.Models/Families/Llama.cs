namespace Pipeline.Models.Families;

/// <summary>Llama 2 and 3, and what follows them. Reference: transformers <c>LlamaConfig</c>, <c>modeling_llama</c>.</summary>
internal static class Llama
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "llama",
        DefaultTemplate = "llama3",
        ReadsAttentionBias = true,
        ReadsFeedForwardBias = true,
    };
}
