using System.Text.Json.Nodes;

namespace Pipeline.Models.Templates;

/// <summary>What a chat template is given beside the messages.</summary>
internal sealed record JinjaChatArguments
{
    /// <summary>Whether the beginning of an answer is written at the end.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the text ends with the last message's, so that the model goes on with it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Descriptions of tools; null for none.</summary>
    public JsonNode? Tools { get; init; }

    /// <summary>Names and spellings of the tokenizer's special tokens, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>Further names that the template may know, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Others { get; init; } = new Dictionary<string, JsonNode?>();
}
