namespace Pipeline.Models.Layers;

/// <summary>Name and size of a linear layer.</summary>
/// <param name="Name">The hub's name within its module.</param>
/// <param name="InFeatures">Input width.</param>
/// <param name="OutFeatures">Output width.</param>
/// <param name="HasBias">Whether a bias is added to its product.</param>
internal readonly record struct ProjectionShape(string Name, long InFeatures, long OutFeatures, bool HasBias);
