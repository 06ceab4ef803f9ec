namespace Pipeline.Models.Text;

/// <summary>A stretch of a text that is put together from a template's marks and from what people wrote.</summary>
/// <param name="Text">The characters.</param>
/// <param name="IsMark">Whether the template wrote it, so that control tokens in it are meant as such.</param>
internal readonly record struct TextPart(string Text, bool IsMark)
{
    /// <summary>What the template writes.</summary>
    public static TextPart Mark(string text) => new(text, IsMark: true);

    /// <summary>A message's content: the stretches that the program wrote are marks.</summary>
    public static IReadOnlyList<TextPart> Of(ChatMessage message)
    {
        if (message.Marks.Count == 0) return [Content(message.Content)];
        List<TextPart> parts = new();
        int done = 0;
        foreach (TextRange mark in message.Marks)
        {
            if (mark.Start > done) parts.Add(Content(message.Content[done..mark.Start]));
            parts.Add(Mark(message.Content[mark.Start..mark.End]));
            done = mark.End;
        }
        if (done < message.Content.Length) parts.Add(Content(message.Content[done..]));
        return parts;
    }

    /// <summary>What a person, a document or a program wrote.</summary>
    public static TextPart Content(string text) => new(text, IsMark: false);
}
