using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Tools.Starter.Tokenizer;

/// <summary>Writes merges in a hub folder's format: <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
internal static class TokenizerWriter
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files into an existing folder.</summary>
    /// <param name="folder">Model folder.</param>
    /// <param name="merges">Merges in byte-level spelling, in order of priority.</param>
    /// <param name="style">Family whose layout the files get.</param>
    /// <param name="chatTemplate">Jinja chat template for other programs that read the folder.</param>
    /// <param name="maxLength">Context length of the model.</param>
    public static void Write(
        string folder, IReadOnlyList<(string Left, string Right)> merges, TokenizerStyle style, string chatTemplate, int maxLength)
    {
        JsonObject vocabulary = new();
        foreach (char character in ByteLevelAlphabet.Characters) vocabulary.Add(character.ToString(), vocabulary.Count);
        foreach ((string left, string right) in merges) vocabulary.Add(left + right, vocabulary.Count);

        JsonArray addedTokens = new();
        foreach (string token in style.SpecialTokens)
            addedTokens.Add(new JsonObject
            {
                ["id"] = vocabulary.Count + addedTokens.Count,
                ["content"] = token,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });

        JsonObject tokenizer = new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = addedTokens,
            ["normalizer"] = style.ComposesCanonically ? new JsonObject { ["type"] = "NFC" } : null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject { ["Regex"] = style.Pattern },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    ByteLevel(addPrefixSpace: false, useRegex: false)),
            },
            ["post_processor"] = ByteLevel(addPrefixSpace: false, useRegex: false),
            ["decoder"] = ByteLevel(addPrefixSpace: false, useRegex: false),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
            },
        };
        JsonObject configuration = new()
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = null,
            ["eos_token"] = style.EndOfTurn,
            ["pad_token"] = style.EndOfText,
            ["unk_token"] = null,
            ["model_max_length"] = maxLength,
            ["clean_up_tokenization_spaces"] = false,
            ["chat_template"] = chatTemplate,
        };
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), configuration.ToJsonString(Indented) + "\n");
    }

    private static JsonObject ByteLevel(bool addPrefixSpace, bool useRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = addPrefixSpace,
        ["trim_offsets"] = false,
        ["use_regex"] = useRegex,
    };
}
