using System.Text.Json;

namespace Pipeline.Models.Text;

/// <summary>Which tokens begin, end and pad a text, from <c>tokenizer_config.json</c> or <c>special_tokens_map.json</c>.</summary>
internal sealed record TokenizerRoles(string? Bos, string? Eos, string? Pad)
{
    /// <summary>Whether <see cref="Bos"/> stands before every text.</summary>
    public bool AddsBos { get; private init; }

    /// <summary>Token for what the vocabulary lacks.</summary>
    public string? Unk { get; private init; }

    /// <summary>What the folder says; all null when it has neither file.</summary>
    /// <exception cref="InputException">A file is there but is not JSON.</exception>
    public static TokenizerRoles Read(string folder)
    {
        TokenizerRoles roles = new(null, null, null);
        foreach (string name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            try
            {
                using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
                roles = new TokenizerRoles(
                    roles.Bos ?? Token(json.RootElement, "bos_token"),
                    roles.Eos ?? Token(json.RootElement, "eos_token"),
                    roles.Pad ?? Token(json.RootElement, "pad_token"))
                {
                    Unk = roles.Unk ?? Token(json.RootElement, "unk_token"),
                    AddsBos = roles.AddsBos || (json.RootElement.TryGetProperty("add_bos_token", out JsonElement adds)
                        && adds.ValueKind == JsonValueKind.True),
                };
            }
            catch (JsonException e)
            {
                throw new InputException($"{path}: not JSON: {e.Message}", e);
            }
        }
        return roles;
    }

    /// <summary>The hub writes a token as a string or as an object with its <c>content</c>.</summary>
    private static string? Token(JsonElement root, string key) =>
        !root.TryGetProperty(key, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content) ? content.GetString()
        : null;
}
