using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Templates;

/// <summary>The Jinja chat template in a model folder.</summary>
/// <param name="Text">The template.</param>
/// <param name="Source">Its file, for messages.</param>
internal sealed record ModelJinja(string Text, string Source)
{
    private const string OwnFile = "chat_template.jinja", ConfigFile = "tokenizer_config.json", Key = "chat_template";

    /// <summary>
    /// Reads it as transformers does: a separate file takes precedence over the tokenizer's configuration. Null for none.
    /// </summary>
    /// <exception cref="InputException"><c>tokenizer_config.json</c> is not readable.</exception>
    public static ModelJinja? Read(string folder)
    {
        string own = Path.Combine(folder, OwnFile);
        if (File.Exists(own))
            return new ModelJinja(File.ReadAllText(own), own);
        string config = Path.Combine(folder, ConfigFile);
        if (!File.Exists(config))
            return null;
        try
        {
            return TextOf(JsonNode.Parse(File.ReadAllText(config))?[Key]) is { Length: > 0 } text ? new ModelJinja(text, config) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{config}: {Key} is not readable ({e.Message}); download the model again.", e);
        }
    }

    // A text, or a list of templates by name, where the one named "default" is for chats without tools.
    private static string? TextOf(JsonNode? template) => template switch
    {
        null => null,
        JsonArray named => (string?)named.FirstOrDefault(one => (string?)one?["name"] == "default")?["template"],
        _ => (string?)template,
    };
}
