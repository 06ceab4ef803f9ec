using System.Text.Json.Nodes;
using Pipeline.Models.Text;

namespace Pipeline.Web.Serving;

/// <summary>
/// The chat template of a base model: recognised by the marks in its own Jinja template, which is not interpreted, or by
/// its family when it has none.
/// </summary>
internal static class TemplateChoice
{
    public static ChatTemplate For(string modelFolder)
    {
        string family = Read(modelFolder, "config.json", "model_type");
        string jinja = Read(modelFolder, "tokenizer_config.json", "chat_template");
        bool Has(string mark) => jinja.Contains(mark, StringComparison.Ordinal);
        string name = family switch
        {
            _ when Has("<|start_header_id|>") => "llama3",
            _ when Has("<|im_sep|>") => "phi4",
            _ when Has("<|im_start|>") => family == "qwen2" ? "qwen" : "chatml",
            _ when Has("<|end|>") => Has("\\n") || Has("\n") ? "phi" : "phi4_mini", // Phi-3 breaks the line after each mark
            "phi3" => "phi4_mini",
            "qwen2" => "qwen",
            _ => "default",
        };
        return ChatTemplate.Get(name);
    }

    private static string Read(string folder, string file, string key)
    {
        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return "";
        return JsonNode.Parse(File.ReadAllText(path))?[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
    }
}
