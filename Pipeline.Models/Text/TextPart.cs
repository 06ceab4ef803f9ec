namespace Pipeline.Models.Text;

/// <summary>A stretch of a text that is put together from a template's marks and from what people wrote.</summary>
/// <param name="Text">The characters.</param>
/// <param name="IsMark">Whether the template wrote it, so that control tokens in it are meant as such.</param>
internal readonly record struct TextPart(string Text, bool IsMark)
{
    /// <summary>What the template writes.</summary>
    public static TextPart Mark(string text) => new(text, IsMark: true);

    /// <summary>What a person, a document or a program wrote.</summary>
    public static TextPart Content(string text) => new(text, IsMark: false);
}
