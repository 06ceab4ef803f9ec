using System.Text.Json;

namespace Pipeline.Models.Text;

/// <summary>
/// The checked contents of a hub <c>tokenizer.json</c>: byte-level BPE and nothing that this project does not compute. Every
/// refusal names the key and the value found. Reference: the file format of huggingface/tokenizers.
/// </summary>
internal sealed class TokenizerFile
{
    /// <summary>GPT-2's expression, which ByteLevel uses when <c>use_regex</c> is true.</summary>
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly string _path;
    private bool _byteLevel;

    private TokenizerFile(string path) => _path = path;

    /// <summary>Vocabulary of the model, without added tokens that are not in it.</summary>
    public Dictionary<string, int> Vocabulary { get; } = new(StringComparer.Ordinal);

    /// <summary>Merges in order of priority.</summary>
    public List<(string Left, string Right)> Merges { get; } = [];

    /// <summary>Added tokens, special or not.</summary>
    public List<AddedToken> AddedTokens { get; private set; } = [];

    /// <summary>Splits, applied one inside the other.</summary>
    public List<TextSplitter> Splitters { get; } = [];

    /// <summary>Whether text is brought to normalization form C first.</summary>
    public bool ComposeCanonically { get; private set; }

    /// <summary>Whether a piece that does not start with a space gets one.</summary>
    public bool AddPrefixSpace { get; private set; }

    /// <summary>Whether a piece that is a vocabulary entry is taken whole, whatever the merges say.</summary>
    public bool IgnoreMerges { get; private set; }

    /// <summary>Token that its post-processor puts before every text, as spelled; null for none.</summary>
    public string? LeadingToken { get; private set; }

    /// <exception cref="InputException">The file is missing, not JSON, or describes another kind of tokenizer.</exception>
    public static TokenizerFile Read(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: not found; a model folder needs the hub's tokenizer.json");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            TokenizerFile file = new(path);
            file.ReadNormalizer(Child(json.RootElement, "normalizer"), "normalizer");
            file.ReadPreTokenizer(Child(json.RootElement, "pre_tokenizer"), "pre_tokenizer");
            if (!file._byteLevel)
                throw file.Unsupported("pre_tokenizer", Describe(Child(json.RootElement, "pre_tokenizer")), "a ByteLevel step");
            file.ReadModel(Child(json.RootElement, "model"));
            file.ReadAddedTokens(Child(json.RootElement, "added_tokens"));
            file.LeadingToken = LeadOf(Child(json.RootElement, "post_processor"));
            return file;
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
        return TypeOf(processor) == "TemplateProcessing" && processor.TryGetProperty("single", out JsonElement parts)
            && parts.ValueKind == JsonValueKind.Array && parts.GetArrayLength() > 0 && parts[0].ValueKind == JsonValueKind.Object
            && parts[0].TryGetProperty("SpecialToken", out JsonElement token) ? token.GetProperty("id").GetString() : null;
    }

    private void ReadNormalizer(JsonElement normalizer, string key)
    {
        if (normalizer.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return;
        switch (TypeOf(normalizer))
        {
            case "NFC":
                ComposeCanonically = true;
                break;
            case "Sequence":
                int i = 0;
                foreach (JsonElement step in normalizer.GetProperty("normalizers").EnumerateArray())
                    ReadNormalizer(step, $"{key}.normalizers[{i++}]");
                break;
            default:
                throw Unsupported($"{key}.type", TypeOf(normalizer), "NFC or none");
        }
    }

    private void ReadPreTokenizer(JsonElement step, string key)
    {
        if (step.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return;
        switch (TypeOf(step))
        {
            case "Sequence":
                int i = 0;
                foreach (JsonElement inner in step.GetProperty("pretokenizers").EnumerateArray())
                    ReadPreTokenizer(inner, $"{key}.pretokenizers[{i++}]");
                break;
            case "ByteLevel":
                _byteLevel = true;
                AddPrefixSpace |= Flag(step, "add_prefix_space", true);
                if (Flag(step, "use_regex", true)) AddSplitter(Gpt2Pattern, keepGaps: true, key);
                break;
            case "Digits":
                AddSplitter(Flag(step, "individual_digits", false) ? @"\p{N}" : @"\p{N}+", keepGaps: true, key);
                break;
            case "Split":
                AddSplitter(PatternOf(step, key), KeepsGaps(step, key), $"{key}.pattern");
                break;
            default:
                throw Unsupported($"{key}.type", TypeOf(step), "Sequence, Split, Digits or ByteLevel");
        }
    }

    private static string PatternOf(JsonElement split, string key)
    {
        JsonElement pattern = split.GetProperty("pattern");
        if (pattern.TryGetProperty("Regex", out JsonElement regex)) return regex.GetString()!;
        if (pattern.TryGetProperty("String", out JsonElement literal))
            return System.Text.RegularExpressions.Regex.Escape(literal.GetString()!);
        throw new KeyNotFoundException($"{key}.pattern has neither Regex nor String");
    }

    private bool KeepsGaps(JsonElement split, string key)
    {
        string behavior = split.GetProperty("behavior").GetString()!;
        if (behavior == "Isolated") return true;
        if (behavior == "Removed" && Flag(split, "invert", false)) return false;
        throw Unsupported($"{key}.behavior", behavior, "Isolated, or Removed with invert");
    }

    private void AddSplitter(string pattern, bool keepGaps, string key)
    {
        if (AddPrefixSpace && Splitters.Count > 0)
            throw Unsupported($"{key}", "add_prefix_space after a split", "add_prefix_space in the first step");
        try
        {
            Splitters.Add(new TextSplitter(pattern, keepGaps));
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{_path}: {key}: cannot be compiled: {e.Message}", e);
        }
    }

    private void ReadModel(JsonElement model)
    {
        string type = TypeOf(model);
        if (type != "BPE") throw Unsupported("model.type", type, "BPE (byte-level)");
        if (Flag(model, "byte_fallback", false)) throw Unsupported("model.byte_fallback", "true", "false (byte-level BPE)");
        foreach (string key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (Child(model, key) is { ValueKind: JsonValueKind.String } affix && affix.GetString() != "")
                throw Unsupported($"model.{key}", affix.GetString()!, "none");

        IgnoreMerges = Flag(model, "ignore_merges", false);
        foreach (JsonProperty entry in model.GetProperty("vocab").EnumerateObject())
            Vocabulary[entry.Name] = entry.Value.GetInt32();
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            // Older files write a merge as one string, newer ones as a pair.
            string[] pair = merge.ValueKind == JsonValueKind.String
                ? merge.GetString()!.Split(' ')
                : [.. merge.EnumerateArray().Select(part => part.GetString()!)];
            if (pair.Length != 2) throw new FormatException($"model.merges[{Merges.Count}] is not a pair");
            Merges.Add((pair[0], pair[1]));
        }
    }

    private void ReadAddedTokens(JsonElement tokens)
    {
        if (tokens.ValueKind != JsonValueKind.Array) return;
        foreach (JsonElement token in tokens.EnumerateArray())
            AddedTokens.Add(new AddedToken(
                token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString()!,
                Flag(token, "special", false), Flag(token, "normalized", true), Flag(token, "single_word", false),
                Flag(token, "lstrip", false), Flag(token, "rstrip", false)));
    }

    private InputException Unsupported(string key, string found, string supported) =>
        new($"{_path}: {key} is {found}; supported is {supported}");

    private static string TypeOf(JsonElement element) => element.GetProperty("type").GetString()!;

    private static string Describe(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? TypeOf(element) : "missing";

    private static JsonElement Child(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out JsonElement child) ? child : default;

    private static bool Flag(JsonElement parent, string key, bool fallback) =>
        Child(parent, key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : fallback;
}
