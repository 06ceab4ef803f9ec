namespace Pipeline.Models.Families;

/// <summary>
/// Mistral 7B and similar models: Llama with a sliding window. Reference: transformers <c>MistralConfig</c>,
/// <c>modeling_mistral</c>.
/// </summary>
internal static class Mistral
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "mistral",
        DefaultTemplate = "mistral",
        ReadsSlidingWindow = true,
        DefaultSlidingWindow = 4096,
        DefaultKeyValueHeads = 8,
    };
}
