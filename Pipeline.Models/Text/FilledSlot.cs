namespace Pipeline.Models.Text;

/// <summary>A slot of a template with its message: one text to encode, or one of the tokenizer's own tokens.</summary>
/// <param name="Kind">Text, or which token.</param>
/// <param name="Parts">The text in order; empty for a token.</param>
internal readonly record struct FilledSlot(TemplateSlot.SlotKind Kind, IReadOnlyList<TextPart> Parts)
{
    /// <summary>The whole text.</summary>
    public string Text => string.Concat(Parts.Select(part => part.Text));
}
