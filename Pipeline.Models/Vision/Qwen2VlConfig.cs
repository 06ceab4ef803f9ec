using System.Text.Json;
using Pipeline.Models.Families;

namespace Pipeline.Models.Vision;

/// <summary>Shape of a Qwen2-VL model, read from the hub's <c>config.json</c>: flat text fields or a <c>text_config</c>.</summary>
public sealed record Qwen2VlConfig
{
    /// <summary>The language model.</summary>
    public required DecoderConfig Text { get; init; }

    /// <summary>The vision tower.</summary>
    public required VisionConfig Vision { get; init; }

    /// <summary>The id of <c>&lt;|image_pad|&gt;</c>: one per token of an image.</summary>
    public required int ImageTokenId { get; init; }

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="InputException">The folder or file is missing, the model is of another kind, or a value is unsupported.</exception>
    public static Qwen2VlConfig Load(string folder)
    {
        DecoderConfig text = DecoderConfig.Load(folder);
        string file = Path.Combine(folder, "config.json");
        if (!text.Family.HasVision)
        {
            throw new InputException($"{file}: model_type is {text.Family.ModelType}, a model without vision; "
                + $"name a {string.Join(" or ", ModelFamilies.All.Where(f => f.HasVision).Select(f => f.ModelType))} folder.");
        }
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { AllowTrailingCommas = true });
        ConfigObject root = new(json.RootElement, file);
        ConfigObject vision = root.Object("vision_config");
        VisionConfig tower = VisionConfig.Read(vision);
        return tower.HiddenSize == text.HiddenSize
            ? new Qwen2VlConfig { Text = text, Vision = tower, ImageTokenId = root.OptionalInt("image_token_id") ?? 151_655 }
            : throw vision.Unsupported("hidden_size", $"{tower.HiddenSize}", $"hidden_size of the text model ({text.HiddenSize})");
    }
}
