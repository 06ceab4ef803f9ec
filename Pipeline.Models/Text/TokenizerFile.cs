using System.Text.Json;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Models.Text;

/// <summary>
/// The checked contents of a hub <c>tokenizer.json</c>: byte-pair encoding over bytes or characters, and nothing that this project
/// does not compute. Every refusal names the key and the value found. Reference: the file format of huggingface/tokenizers.
/// </summary>
internal sealed class TokenizerFile
{
    private TokenizerFile(TokenizerJson file, JsonElement root)
    {
        Normalizer = TextNormalizer.Read(file, TokenizerJson.Child(root, "normalizer"));
        Pieces = PreTokenizer.Read(file, TokenizerJson.Child(root, "pre_tokenizer"));
        Model = BpeModel.Read(file, TokenizerJson.Child(root, "model"), Pieces.IsByteLevel);
        Decoder = TokenDecoder.Read(file, TokenizerJson.Child(root, "decoder"), Pieces.IsByteLevel);
        AddedTokens = ReadAddedTokens(TokenizerJson.Child(root, "added_tokens"));
        LeadingToken = LeadOf(TokenizerJson.Child(root, "post_processor"));
    }

    /// <summary>What happens to text between added tokens first.</summary>
    public TextNormalizer Normalizer { get; }

    /// <summary>How text is cut.</summary>
    public PreTokenizer Pieces { get; }

    /// <summary>How a piece becomes ids.</summary>
    public BpeModel Model { get; }

    /// <summary>How tokens become text.</summary>
    public TokenDecoder Decoder { get; }

    /// <summary>Added tokens, special or not.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; private set; }

    /// <summary>Token that its post-processor puts before every text, as spelled; null for none.</summary>
    public string? LeadingToken { get; }

    /// <exception cref="InputException">The file is missing, not JSON, or describes another kind of tokenizer.</exception>
    public static TokenizerFile Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: not found; a model folder needs the hub's tokenizer.json");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            return new TokenizerFile(new TokenizerJson(path), json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path}: not a readable tokenizer.json: {e.Message}", e);
        }
    }

    /// <summary>The same file with one more special token, or with that token made special.</summary>
    /// <param name="content">Its text.</param>
    /// <param name="id">Its id.</param>
    public TokenizerFile WithSpecialToken(string content, int id)
    {
        TokenizerFile copy = (TokenizerFile)MemberwiseClone();
        AddedToken? known = AddedTokens.FirstOrDefault(token => token.Content == content);
        copy.AddedTokens = [.. AddedTokens.Where(token => token != known), known is null
            ? new AddedToken(id, content, Special: true, Normalized: false, SingleWord: false, StripLeft: false, StripRight: false)
            : known with { Special = true }];
        return copy;
    }

    private static string? LeadOf(JsonElement processor)
    {
        if (processor.ValueKind != JsonValueKind.Object) return null;
        if (processor.TryGetProperty("processors", out JsonElement steps) && steps.ValueKind == JsonValueKind.Array)
            return steps.EnumerateArray().Select(LeadOf).FirstOrDefault(token => token is not null);
        return TokenizerJson.TypeOf(processor) == "TemplateProcessing" && processor.TryGetProperty("single", out JsonElement parts)
            && parts.ValueKind == JsonValueKind.Array && parts.GetArrayLength() > 0 && parts[0].ValueKind == JsonValueKind.Object
            && parts[0].TryGetProperty("SpecialToken", out JsonElement token) ? token.GetProperty("id").GetString() : null;
    }

    private static AddedToken[] ReadAddedTokens(JsonElement tokens) => tokens.ValueKind != JsonValueKind.Array ? [] :
        [.. tokens.EnumerateArray().Select(token => new AddedToken(
            token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString()!,
            TokenizerJson.Flag(token, "special", false), TokenizerJson.Flag(token, "normalized", true),
            TokenizerJson.Flag(token, "single_word", false), TokenizerJson.Flag(token, "lstrip", false),
            TokenizerJson.Flag(token, "rstrip", false)))];
}
