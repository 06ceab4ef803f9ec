namespace Pipeline.Data.Entities;

/// <summary>
/// A finished call of a language model that writes or checks rows. Kept by content, so that no call is paid twice, whatever dies.
/// </summary>
public sealed class ModelCall
{
    /// <summary>Hash over endpoint's model, prompt version, messages and settings.</summary>
    public required string Key { get; init; }
    /// <summary>Model that answered, as the operator's settings name it.</summary>
    public required string Model { get; init; }
    /// <summary>What was asked for, with the version of the prompt: <c>facts/1</c>.</summary>
    public required string Purpose { get; init; }
    /// <summary>The reply.</summary>
    public required string Reply { get; init; }
    /// <summary>Tokens of the prompt, as the endpoint counted them; 0 where it did not say.</summary>
    public int PromptTokens { get; init; }
    /// <summary>Tokens of the reply.</summary>
    public int ReplyTokens { get; init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
