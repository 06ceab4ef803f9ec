using System.ComponentModel.DataAnnotations;

namespace Pipeline.Web.Serving;

/// <summary>Which models answer, and how many requests wait for them. Section <c>Serving</c>.</summary>
internal sealed record ServingOptions
{
    /// <summary>Hub folders of language models, served under their folder names. Empty: the starter model.</summary>
    public string[] LanguageModels { get; init; } = [];

    /// <summary>Hub folder of the vision-language model of the image API. Empty: the starter model.</summary>
    public string VisionModel { get; init; } = "";

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda[:n]</c>.</summary>
    [Required]
    public string Device { get; init; } = "auto";

    /// <summary>Most requests that may wait, however short their prompts; further ones are answered 503.</summary>
    [Range(0, 10_000)]
    public int QueueLimit { get; init; } = 256;

    /// <summary>Most models kept in memory at once beside the image API's, however small; the one unused longest is dropped.</summary>
    [Range(1, 64)]
    public int LoadedModels { get; init; } = 16;

    /// <summary>Memory of all models with the keys and values of their requests, in MiB; 0 for 70 % of the machine's.</summary>
    [Range(0, 100_000_000)]
    public int MemoryMiB { get; init; }

    /// <summary><c>auto</c> (in full where it fits, else 8 or 4 bits), <c>none</c>, <c>8</c> or <c>4</c>.</summary>
    [RegularExpression("auto|none|8|4", ErrorMessage = "Quantization: expected auto, none, 8 or 4")]
    public string Quantization { get; init; } = "auto";

    /// <summary>Minutes after which an unused model leaves memory; 0 to keep it until others need the room.</summary>
    [Range(0, 1_000_000)]
    public int KeepAliveMinutes { get; init; }

    /// <summary>Most tokens of an answer of the image API, which has no field for it.</summary>
    [Range(1, 1_000_000)]
    public int ImageAnswerTokens { get; init; } = 512;

    /// <summary>Most tokens one answer may have.</summary>
    [Range(1, 1_000_000)]
    public int MaxNewTokens { get; init; } = 2048;
}
