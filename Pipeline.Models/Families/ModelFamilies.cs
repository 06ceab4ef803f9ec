namespace Pipeline.Models.Families;

/// <summary>The registered model families.</summary>
public static class ModelFamilies
{
    /// <summary>All of them. Append new ones at the end: the fingerprint of a training's checkpoint holds a family's position.</summary>
    public static IReadOnlyList<FamilySpec> All { get; } = [Phi3.Spec, Llama.Spec, Qwen2.Spec, Qwen2Vl.Spec, Mistral.Spec, Qwen3.Spec];

    /// <summary>The family of a <c>model_type</c>, or null when it is not registered.</summary>
    /// <param name="modelType">As <c>config.json</c> spells it.</param>
    public static FamilySpec? Find(string modelType) => All.FirstOrDefault(family => family.ModelType == modelType);
}
