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

    /// <summary>Requests that may wait while one runs; further ones are answered 503.</summary>
    [Range(0, 10_000)]
    public int QueueLimit { get; init; } = 16;

    /// <summary>Language models kept in memory at once; the one unused longest is dropped.</summary>
    [Range(1, 64)]
    public int LoadedModels { get; init; } = 1;

    /// <summary>Most tokens of an answer of the image API, which has no field for it.</summary>
    [Range(1, 1_000_000)]
    public int ImageAnswerTokens { get; init; } = 512;

    /// <summary>Most tokens one answer may have.</summary>
    [Range(1, 1_000_000)]
    public int MaxNewTokens { get; init; } = 2048;
}
