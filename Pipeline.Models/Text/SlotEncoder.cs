using System.Text;

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
        if (text.Length == 0) return [];
        if (control == ControlTokens.Nowhere) return tokenizer.Encode(text, allowSpecialTokens: false);
        // Pieces of text on both sides of a mark may merge into one token, so text is only taken apart where it must be.
        return control == ControlTokens.Everywhere || !parts.Any(part => !part.IsMark && tokenizer.SpellsSpecialToken(part.Text))
            ? tokenizer.Encode(text)
            : EncodeApart(tokenizer, parts);
    }

    private static int[] EncodeApart(HubTokenizer tokenizer, IReadOnlyList<TextPart> parts)
    {
        List<int> ids = new();
        StringBuilder plain = new();
        foreach (TextPart part in parts)
        {
            if (!part.IsMark)
            {
                plain.Append(part.Text);
                continue;
            }
            foreach ((string text, int? token) in tokenizer.SplitAtSpecialTokens(part.Text))
            {
                if (token is not { } id) plain.Append(text);
                else
                {
                    Flush();
                    ids.Add(id);
                }
            }
        }
        Flush();
        return [.. ids];

        void Flush()
        {
            if (plain.Length > 0) ids.AddRange(tokenizer.Encode(plain.ToString(), allowSpecialTokens: false));
            plain.Clear();
        }
    }
}
