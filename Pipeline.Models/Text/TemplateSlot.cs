namespace Pipeline.Models.Text;

/// <summary>A part of a template that is encoded separately: text, or the tokenizer's first or last token.</summary>
internal readonly record struct TemplateSlot(TemplateSlot.SlotKind Kind, string Text)
{
    public enum SlotKind { Text, Bos, Eos }

    public static TemplateSlot Bos { get; } = new(SlotKind.Bos, "");

    public static TemplateSlot Eos { get; } = new(SlotKind.Eos, "");

    public static implicit operator TemplateSlot(string text) => new(SlotKind.Text, text);

    /// <summary>The slot with the message in place of <c>{{content}}</c>.</summary>
    public TemplateSlot With(string content)
    {
        const string placeholder = "{{content}}";
        int at = Text.IndexOf(placeholder, StringComparison.Ordinal);
        return at < 0 ? this : Text[..at] + content + Text[(at + placeholder.Length)..];
    }
}
