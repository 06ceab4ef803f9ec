using TorchSharp;

namespace Pipeline.Models.Weights;

/// <summary>What a safetensors header says about one tensor.</summary>
/// <param name="Name">Name in the file, for example <c>model.layers.0.self_attn.qkv_proj.weight</c>.</param>
/// <param name="DType">Element type as stored.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte of the data, from the start of the file.</param>
/// <param name="Length">Bytes of data.</param>
public sealed record TensorEntry(string Name, torch.ScalarType DType, IReadOnlyList<long> Shape, long Offset, long Length);
