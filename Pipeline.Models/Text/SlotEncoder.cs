namespace Pipeline.Models.Text;

/// <summary>Encodes the text of a slot, by the rule for control tokens that are written inside it.</summary>
internal static class SlotEncoder
{
    /// <summary>The ids of one slot's text.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="parts">The text: marks of the template and what others wrote.</param>
    /// <param name="control">What control tokens become.</param>
    public static int[] Encode(HubTokenizer tokenizer, IReadOnlyList<TextPart> parts, ControlTokens control)
    {
        string text = string.Concat(parts.Select(part => part.Text));
        return control == ControlTokens.OfTemplate ? tokenizer.Encode(text, Written(parts))
            : tokenizer.Encode(text, allowSpecialTokens: control == ControlTokens.Everywhere);
    }

    // Where others wrote.
    private static List<TextRange> Written(IReadOnlyList<TextPart> parts)
    {
        List<TextRange> written = [];
        int start = 0;
        foreach (TextPart part in parts)
        {
            int end = start + part.Text.Length;
            if (!part.IsMark && end > start) written.Add(new TextRange(start, end));
            start = end;
        }
        return written;
    }
}
