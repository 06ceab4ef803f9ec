namespace Pipeline.Models.Evaluation;

/// <summary>How a model is measured with and without an adapter.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Chat template by LLaMA-Factory's name; null takes what <see cref="Templates.TemplateRule"/> chooses without one.</summary>
    public string? Template { get; init; }

    /// <summary>System message for examples without one, as in training; null takes the adapter's or the template's own.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>Maximum tokens per example; longer ones are cut, as in training.</summary>
    public int CutoffLen { get; init; } = 2048;

    /// <summary>Examples that go through the model together.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Examples to answer with both models; 0 for none.</summary>
    public int Generations { get; init; } = 4;

    /// <summary>Longest answer in tokens.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>Receives what the user must know about the choice of template.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>
    /// Called after each batch with how many examples are done (measured or answered, by either model) and how many there are
    /// in total.
    /// </summary>
    public Action<int, int>? Progress { get; init; }
}
