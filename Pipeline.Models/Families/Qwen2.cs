namespace Pipeline.Models.Families;

/// <summary>Qwen2 and Qwen2.5. Reference: transformers <c>Qwen2Config</c>, <c>modeling_qwen2</c>.</summary>
internal static class Qwen2
{
    public static FamilySpec Spec { get; } = new()
    {
        ModelType = "qwen2",
        DefaultTemplate = "chatml",
        QueryKeyValueBias = true,
        DefaultKeyValueHeads = 32,
    };
}
