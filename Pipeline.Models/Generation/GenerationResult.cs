namespace Pipeline.Models.Generation;

/// <summary>The result of a generation.</summary>
/// <param name="Text">The text, without special tokens and without the stop text.</param>
/// <param name="TokenIds">Generated ids, without the one that ended it.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="FinishReason"><see cref="Stop"/> or <see cref="Length"/>.</param>
public sealed record GenerationResult(string Text, IReadOnlyList<int> TokenIds, int PromptTokens, string FinishReason)
{
    /// <summary>An end token or a stop text occurred.</summary>
    public const string Stop = "stop";

    /// <summary>The token limit, or the model's longest sequence, was reached.</summary>
    public const string Length = "length";
}
