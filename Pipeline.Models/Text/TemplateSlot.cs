namespace Pipeline.Models.Text;

/// <summary>A part of a template that is encoded separately: text, or the tokenizer's first or last token.</summary>
internal readonly record struct TemplateSlot(TemplateSlot.SlotKind Kind, string Text)
{
    private const string Placeholder = "{{content}}";

    public enum SlotKind { Text, Bos, Eos }

    public static TemplateSlot Bos { get; } = new(SlotKind.Bos, "");

    public static TemplateSlot Eos { get; } = new(SlotKind.Eos, "");

    public static implicit operator TemplateSlot(string text) => new(SlotKind.Text, text);

    /// <summary>The slot with the message in place of <c>{{content}}</c>.</summary>
    public FilledSlot With(IReadOnlyList<TextPart> content)
    {
        int at = Text.IndexOf(Placeholder, StringComparison.Ordinal);
        return at < 0 ? AsItStands()
            : new FilledSlot(Kind, [TextPart.Mark(Text[..at]), .. content, TextPart.Mark(Text[(at + Placeholder.Length)..])]);
    }

    /// <summary>A slot without a place for a message.</summary>
    public FilledSlot AsItStands() => new(Kind, Kind == SlotKind.Text ? [TextPart.Mark(Text)] : []);
}
