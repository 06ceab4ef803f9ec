using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Pipeline.Jobs.Caption;

/// <summary>How figures are described. Section <c>caption</c> of a run.</summary>
public sealed record CaptionOptions
{
    /// <summary>False leaves figures without descriptions and needs no vision model.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Folder of the vision model, as the hub lays it out.</summary>
    [Required] public string Model { get; init; } = "starter/qwen2vl-starter";

    /// <summary>The prompt for each figure.</summary>
    [Required] public string Prompt { get; init; } = "Describe this figure.";

    /// <summary>Longest description, in tokens.</summary>
    [Range(1, 4096)] public int MaxNewTokens { get; init; } = 96;

    /// <summary>Hash of the options that change the answer of a model to an image; part of the cache key.</summary>
    internal string PromptKey => CacheKey.Of(Prompt, MaxNewTokens.ToString(CultureInfo.InvariantCulture));
}
