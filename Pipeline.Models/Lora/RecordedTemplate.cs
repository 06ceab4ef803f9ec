using Pipeline.Models.Text;

namespace Pipeline.Models.Lora;

/// <summary>The chat template that an adapter was trained with.</summary>
/// <param name="Name">By LLaMA-Factory's name, for example <c>phi4_mini</c>; <c>jinja</c> for the model's own.</param>
/// <param name="DefaultSystem">System message of conversations without one, empty for none; null for the template's own.</param>
public sealed record RecordedTemplate(string Name, string? DefaultSystem = null)
{
    /// <summary>Text of the template where it was the model's own; null for the one that the model has.</summary>
    public string? Jinja { get; init; }

    /// <summary>What an adapter folder records of a template, whose default system message may not be its own.</summary>
    /// <param name="template">The template.</param>
    public static RecordedTemplate Of(ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (template.Jinja is { } own)
            return new RecordedTemplate(template.Name, template.DefaultSystem.Length > 0 ? template.DefaultSystem : null) { Jinja = own };
        return new RecordedTemplate(template.Name, template.DefaultSystem == ChatTemplate.Get(template.Name).DefaultSystem
            ? null : template.DefaultSystem);
    }
}
