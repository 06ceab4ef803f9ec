using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>The chat template that <see cref="TemplateRule"/> chose.</summary>
/// <param name="Template">The template.</param>
/// <param name="Warning">What the user must know about the choice, or null.</param>
public sealed record ChosenTemplate(ChatTemplate Template, string? Warning);
