using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Evaluate;

/// <summary>How base model and adapter are compared. Section <c>evaluation</c> of a run.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Held-out examples to answer with both models, side by side.</summary>
    [Range(0, 1000)] public int Generations { get; init; } = 4;

    /// <summary>Longest answer, in tokens.</summary>
    [Range(1, 4096)] public int MaxNewTokens { get; init; } = 64;

    /// <summary>Questions of the examination that are asked once more with the text that answers them: what reading gives.</summary>
    [Range(0, 10000)] public int OpenBook { get; init; } = 40;

    /// <summary>Most questions of the examination; where there are more, whole facts are drawn by their hash.</summary>
    [Range(20, 100000)] public int MaxQuestions { get; init; } = 1000;

    /// <summary>
    /// Name of an endpoint of the operator's whose model judges the adapter's replies as well, for the report; the verdict rests on
    /// string match alone. Null for none.
    /// </summary>
    [StringLength(64, MinimumLength = 1)] public string? Judge { get; init; }

    /// <summary>Language of the report: <c>en</c> or <c>es</c>.</summary>
    [RegularExpression("en|es", ErrorMessage = "use en or es")] public string ReportLanguage { get; init; } = "en";
}
