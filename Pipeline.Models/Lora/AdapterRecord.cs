using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;

namespace Pipeline.Models.Lora;

/// <summary>
/// <c>pipeline_adapter.json</c> of an adapter folder: the chat template it was trained with and where it comes from. A separate
/// file rather than keys in <c>adapter_config.json</c>, because PEFT passes every key of that file to the constructor of its
/// configuration: old versions stop with a TypeError at an unknown key, later ones warn the user that the adapter was made by a
/// newer PEFT. Neither reads files with other names.
/// </summary>
public static class AdapterRecord
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "pipeline_adapter.json";

    private const string Template = "template", DefaultSystem = "default_system", Jinja = "chat_template";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The recorded template; null for an adapter that was made elsewhere or before templates were recorded.</summary>
    /// <param name="folder">Adapter folder.</param>
    /// <exception cref="InputException">The file is there but cannot be read.</exception>
    public static RecordedTemplate? ReadTemplate(string folder)
    {
        string path = Path.Combine(folder, FileName);
        JsonObject json = JsonFiles.ReadObject(path);
        try
        {
            return (string?)json[Template] is { Length: > 0 } name
                ? new RecordedTemplate(name, (string?)json[DefaultSystem]) { Jinja = (string?)json[Jinja] } : null;
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(
                $"{path}: {Template}, {DefaultSystem} and {Jinja} must be texts ({e.Message}); correct or delete the file", e);
        }
    }

    /// <summary>Rewrites the file, for a newly trained adapter.</summary>
    /// <param name="folder">Adapter folder.</param>
    /// <param name="template">Template of the training.</param>
    public static void Create(string folder, RecordedTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        JsonObject json = new() { [Template] = template.Name, [DefaultSystem] = template.DefaultSystem };
        if (template.Jinja is not null) json[Jinja] = template.Jinja;
        Write(Path.Combine(folder, FileName), json);
    }

    /// <summary>Adds keys to the file, replacing those of the same name.</summary>
    /// <param name="folder">Adapter folder.</param>
    /// <param name="facts">What to add.</param>
    public static void Add(string folder, JsonObject facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        string path = Path.Combine(folder, FileName);
        Write(path, JsonFiles.ReadWith(path, facts));
    }

    private static void Write(string path, JsonObject json) => DurableFiles.Replace(path, json.ToJsonString(Indented) + "\n");
}
