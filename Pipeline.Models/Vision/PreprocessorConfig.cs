using System.Text.Json;

namespace Pipeline.Models.Vision;

/// <summary>
/// The pixel settings of <c>preprocessor_config.json</c>. Both the older keys (<c>min_pixels</c>, <c>max_pixels</c>) and
/// the newer ones (<c>size.shortest_edge</c>, <c>size.longest_edge</c>, also pixel counts) are read.
/// </summary>
public sealed record PreprocessorConfig
{
    /// <summary>Smallest number of pixels after resizing.</summary>
    public int MinPixels { get; init; } = 56 * 56;

    /// <summary>Largest number of pixels after resizing.</summary>
    public int MaxPixels { get; init; } = 28 * 28 * 1280;

    /// <summary>Side of a square patch, in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Frames per patch; a still image is repeated that many times.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Patches per side that the merger joins into one token.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>Value of one byte level before normalization.</summary>
    public double RescaleFactor { get; init; } = 1.0 / 255;

    /// <summary>Mean per channel, red first, on the scale 0 to 1.</summary>
    public IReadOnlyList<double> ImageMean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>Standard deviation per channel, red first, on the scale 0 to 1.</summary>
    public IReadOnlyList<double> ImageStd { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>Sides after resizing are multiples of this many pixels.</summary>
    internal int Factor => PatchSize * MergeSize;

    /// <summary>Reads <c>preprocessor_config.json</c> of a model folder.</summary>
    /// <exception cref="InputException">The file is missing, is not JSON, or has a value this processor does not support.</exception>
    public static PreprocessorConfig Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string file = Path.Combine(folder, "preprocessor_config.json");
        if (!File.Exists(file))
            throw new InputException($"{file}: not found; a Qwen2-VL model folder holds it beside config.json.");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(json.RootElement, file);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{file}: {e.Message}; take the file from the hub again.", e);
        }
    }

    private static PreprocessorConfig Read(JsonElement root, string file)
    {
        // Disables a step that this processor always performs.
        foreach (string step in (string[])["do_resize", "do_rescale", "do_normalize", "do_convert_rgb"])
            if (root.TryGetProperty(step, out JsonElement value) && value.ValueKind == JsonValueKind.False)
                throw new InputException($"{file}: {step} is false; only images that are resized, rescaled and normalized are supported.");
        if (root.TryGetProperty("resample", out JsonElement resample) && resample.ValueKind == JsonValueKind.Number
            && resample.GetInt32() != 3)
            throw new InputException($"{file}: resample is {resample}; only 3 (bicubic) is supported.");

        PreprocessorConfig defaults = new();
        JsonElement size = root.TryGetProperty("size", out JsonElement s) && s.ValueKind == JsonValueKind.Object ? s : default;
        PreprocessorConfig config = new()
        {
            MinPixels = Whole(root, "min_pixels") ?? Whole(size, "shortest_edge") ?? Whole(size, "min_pixels") ?? defaults.MinPixels,
            MaxPixels = Whole(root, "max_pixels") ?? Whole(size, "longest_edge") ?? Whole(size, "max_pixels") ?? defaults.MaxPixels,
            PatchSize = Whole(root, "patch_size") ?? defaults.PatchSize,
            TemporalPatchSize = Whole(root, "temporal_patch_size") ?? defaults.TemporalPatchSize,
            MergeSize = Whole(root, "merge_size") ?? defaults.MergeSize,
            RescaleFactor = root.TryGetProperty("rescale_factor", out JsonElement factor) ? factor.GetDouble() : defaults.RescaleFactor,
            ImageMean = Triple(root, "image_mean", file) ?? defaults.ImageMean,
            ImageStd = Triple(root, "image_std", file) ?? defaults.ImageStd,
        };
        foreach ((string key, int value) in ((string, int)[])[("patch_size", config.PatchSize), ("merge_size", config.MergeSize),
            ("temporal_patch_size", config.TemporalPatchSize), ("min_pixels", config.MinPixels)])
            if (value < 1)
                throw new InputException($"{file}: {key} is {value}; it must be at least 1.");
        if (config.MaxPixels < config.MinPixels)
            throw new InputException($"{file}: max_pixels {config.MaxPixels} is below min_pixels {config.MinPixels}; raise it.");
        return config;
    }

    private static int? Whole(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
            ? value.GetInt32()
            : null;

    private static double[]? Triple(JsonElement root, string key, string file)
    {
        if (!root.TryGetProperty(key, out JsonElement value))
            return null;
        double[] numbers = [.. value.EnumerateArray().Select(e => e.GetDouble())];
        return numbers.Length == 3
            ? numbers
            : throw new InputException($"{file}: {key} has {numbers.Length} numbers; three are needed, one per channel.");
    }
}
