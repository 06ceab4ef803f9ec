using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>The tensors of one adapted linear layer.</summary>
/// <param name="A">[r, in]</param>
/// <param name="B">[out, r]</param>
/// <param name="Magnitude">[out], with DoRA; otherwise null.</param>
internal readonly record struct LoraWeights(Tensor A, Tensor B, Tensor? Magnitude);
