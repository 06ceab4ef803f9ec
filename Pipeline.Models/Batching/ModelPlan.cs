using System.Globalization;
using Pipeline.Models.Families;
using Pipeline.Models.Quantization;
using Pipeline.Models.Runtime;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>What a model will take in memory and in which form, decided before any of it is loaded.</summary>
/// <param name="Folder">Hub folder, absolute.</param>
/// <param name="DType">Type of the weights that are not quantized, and of keys and values.</param>
/// <param name="QuantizationBits">8, 4, or null to keep the weights in full.</param>
/// <param name="WeightBytes">Bytes of all weights in that form.</param>
/// <param name="CacheTokens">Tokens whose keys and values are held.</param>
/// <param name="CacheBytes">Bytes of these.</param>
public sealed record ModelPlan(string Folder, ScalarType DType, int? QuantizationBits, long WeightBytes, long CacheTokens, long CacheBytes)
{
    /// <summary>Lets the plan choose.</summary>
    public const string Auto = "auto";

    /// <summary>Keeps weights as they are stored.</summary>
    public const string None = "none";

    private const long LeastCacheTokens = 2_048, MostCacheTokens = 262_144, ContextsInCache = 8;
    private const int ScaleShare = 16;      // scales and zero points take at most an eighth of what codes of 4 bits take: 1 / 16 of 8 bits

    /// <summary>Bytes in all.</summary>
    public long TotalBytes => WeightBytes + CacheBytes;

    /// <summary>How to load it.</summary>
    /// <param name="device"><c>auto</c>, <c>cpu</c> or <c>cuda[:n]</c>.</param>
    public ModelLoadOptions LoadOptions(string device) => new()
    {
        Device = device,
        DType = DType,
        QuantizationBits = QuantizationBits,
        QuantizedStorage = QuantizedStorage.Blocks,
    };

    /// <summary>Plans a model: as it is stored where that fits, else in 8 or 4 bits.</summary>
    /// <param name="folder">Hub folder.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c> or <c>cuda[:n]</c>.</param>
    /// <param name="quantization"><see cref="Auto"/>, <see cref="None"/>, <c>8</c> or <c>4</c>.</param>
    /// <param name="budgetBytes">Memory that the model may take.</param>
    /// <exception cref="InputException">The folder is no model, or the model does not fit; the message says what it needs.</exception>
    public static ModelPlan Make(string folder, string device, string quantization, long budgetBytes)
    {
        folder = Path.GetFullPath(folder);
        DecoderConfig config = DecoderConfig.Load(folder);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(folder);
        bool onCpu = TorchRuntime.ResolveDevice(device).type == DeviceType.CPU;
        ScalarType dtype = TypeOf(checkpoint, onCpu);
        int elementBytes = dtype == ScalarType.Float32 ? 4 : 2;
        long total = CountWeights(checkpoint, config), projected = config.ProjectionShapes().Sum(p => p.InFeatures * p.OutFeatures);
        // Blocks hold embedding and head too; they are for the CPU alone.
        long ends = onCpu ? (long)config.VocabSize * config.HiddenSize * (config.TieWordEmbeddings ? 1 : 2) : 0;
        int?[] choices = quantization switch
        {
            Auto => [null, 8, 4],
            None => [null],
            _ => [int.Parse(quantization, CultureInfo.InvariantCulture)],
        };
        long tokenBytes = KvBlocks.BytesOf(config, config.NumHiddenLayers, elementBytes) / KvBlocks.Tokens;
        long leastTokens = Math.Min(LeastCacheTokens, config.MaxPositionEmbeddings);
        long needed = 0;
        foreach (int? bits in choices)
        {
            long weights = bits is { } few
                ? (total - projected - ends) * elementBytes + QuantizedBytes(projected, few) + QuantizedBytes(ends, 8)
                : total * elementBytes;
            needed = weights + leastTokens * tokenBytes;
            if (needed > budgetBytes)
                continue;
            long tokens = Math.Clamp(ContextsInCache * config.MaxPositionEmbeddings, leastTokens, MostCacheTokens);
            // Keys and values take what the weights leave, but at most as much as these or a quarter of all.
            long room = Math.Min(budgetBytes - weights, Math.Max(weights, budgetBytes / 4));
            tokens = Math.Max(leastTokens, Math.Min(tokens, room / tokenBytes));
            return new ModelPlan(folder, dtype, bits, weights, tokens, tokens * tokenBytes);
        }
        throw new InputException(
            $"{folder}: the model needs {Mebibytes(needed)} MiB{(choices[^1] is { } least ? $" even in {least} bits" : "")}, and "
            + $"{Mebibytes(budgetBytes)} MiB are free for it; take a smaller model, Serving:Quantization auto, or more memory "
            + "(Serving:MemoryMiB).");
    }

    private static long QuantizedBytes(long count, int bits) => count * bits / 8 + count / ScaleShare;

    private static long CountWeights(SafetensorsCheckpoint checkpoint, DecoderConfig config)
    {
        if (!config.Family.HasVision)
            return config.CountParameters();
        // The tower's shape is its family's: count what is stored.
        return checkpoint.Names.Where(name => !(config.TieWordEmbeddings && name == "lm_head.weight"))
            .Sum(name => checkpoint.Describe(name).Shape.Aggregate(1L, (product, size) => product * size));
    }

    // As stored, so that loading takes no more than the file has; float16 has no products on the CPU, and bfloat16 would lose digits.
    private static ScalarType TypeOf(SafetensorsCheckpoint checkpoint, bool onCpu)
    {
        if (!onCpu)
            return ScalarType.BFloat16;
        return checkpoint.Names.All(name => checkpoint.Describe(name).DType == ScalarType.BFloat16)
            ? ScalarType.BFloat16 : ScalarType.Float32;
    }

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
