using System.Text;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>Text that Postgres and JSON can hold: without NUL characters and without halves of surrogate pairs.</summary>
internal static class CleanText
{
    /// <summary>The text without what cannot be stored; the same instance where nothing is wrong.</summary>
    public static string Of(string text)
    {
        int wrong = FirstWrong(text, 0);
        if (wrong < 0) return text;
        StringBuilder clean = new(text.Length);
        int from = 0;
        for (; wrong >= 0; from = wrong + 1, wrong = FirstWrong(text, from)) clean.Append(text, from, wrong - from);
        return clean.Append(text, from, text.Length - from).ToString();
    }

    private static int FirstWrong(string text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\0') return i;
            if (!char.IsSurrogate(c)) continue;
            if (!char.IsHighSurrogate(c) || i + 1 >= text.Length || !char.IsLowSurrogate(text[i + 1])) return i;
            i++;
        }
        return -1;
    }
}
