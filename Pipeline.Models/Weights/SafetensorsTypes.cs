using static TorchSharp.torch;

namespace Pipeline.Models.Weights;

/// <summary>Element types of the safetensors format that this library reads and writes.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] Known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2), ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1), ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static bool TryParse(string? name, out ScalarType type)
    {
        int index = Array.FindIndex(Known, k => k.Name == name);
        type = index < 0 ? default : Known[index].Type;
        return index >= 0;
    }

    public static string NameOf(ScalarType type) => Find(type).Name;

    public static int BytesOf(ScalarType type) => Find(type).Bytes;

    private static (string Name, ScalarType Type, int Bytes) Find(ScalarType type)
    {
        int index = Array.FindIndex(Known, k => k.Type == type);
        return index >= 0 ? Known[index] : throw new NotSupportedException($"safetensors has no element type for {type}.");
    }
}
