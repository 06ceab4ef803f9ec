namespace Pipeline.Jobs.Extract.Text;

/// <summary>Hebrew and Arabic: from the order in which characters stand on the line to the order in which they are read.</summary>
internal static class RightToLeft
{
    // Shaped Arabic letters stand in runs of their forms: first form, last form, letter. ISO 10646, Arabic Presentation Forms.
    private static readonly (char First, char Last, string Letter)[] Forms =
    [
        ('\ufb56', '\ufb59', "\u067e"), ('\ufb7a', '\ufb7d', "\u0686"), ('\ufb8a', '\ufb8b', "\u0698"), ('\ufb8e', '\ufb91', "\u06a9"),
        ('\ufb92', '\ufb95', "\u06af"), ('\ufbaa', '\ufbad', "\u06be"), ('\ufbfc', '\ufbff', "\u06cc"), ('\ufe80', '\ufe80', "\u0621"),
        ('\ufe81', '\ufe82', "\u0622"), ('\ufe83', '\ufe84', "\u0623"), ('\ufe85', '\ufe86', "\u0624"), ('\ufe87', '\ufe88', "\u0625"),
        ('\ufe89', '\ufe8c', "\u0626"), ('\ufe8d', '\ufe8e', "\u0627"), ('\ufe8f', '\ufe92', "\u0628"), ('\ufe93', '\ufe94', "\u0629"),
        ('\ufe95', '\ufe98', "\u062a"), ('\ufe99', '\ufe9c', "\u062b"), ('\ufe9d', '\ufea0', "\u062c"), ('\ufea1', '\ufea4', "\u062d"),
        ('\ufea5', '\ufea8', "\u062e"), ('\ufea9', '\ufeaa', "\u062f"), ('\ufeab', '\ufeac', "\u0630"), ('\ufead', '\ufeae', "\u0631"),
        ('\ufeaf', '\ufeb0', "\u0632"), ('\ufeb1', '\ufeb4', "\u0633"), ('\ufeb5', '\ufeb8', "\u0634"), ('\ufeb9', '\ufebc', "\u0635"),
        ('\ufebd', '\ufec0', "\u0636"), ('\ufec1', '\ufec4', "\u0637"), ('\ufec5', '\ufec8', "\u0638"), ('\ufec9', '\ufecc', "\u0639"),
        ('\ufecd', '\ufed0', "\u063a"), ('\ufed1', '\ufed4', "\u0641"), ('\ufed5', '\ufed8', "\u0642"), ('\ufed9', '\ufedc', "\u0643"),
        ('\ufedd', '\ufee0', "\u0644"), ('\ufee1', '\ufee4', "\u0645"), ('\ufee5', '\ufee8', "\u0646"), ('\ufee9', '\ufeec', "\u0647"),
        ('\ufeed', '\ufeee', "\u0648"), ('\ufeef', '\ufef0', "\u0649"), ('\ufef1', '\ufef4', "\u064a"),
        ('\ufef5', '\ufef6', "\u0644\u0622"),
        ('\ufef7', '\ufef8', "\u0644\u0623"), ('\ufef9', '\ufefa', "\u0644\u0625"), ('\ufefb', '\ufefc', "\u0644\u0627"),
    ];

    /// <summary>A shaped letter as the letter it is a form of; null for any other character.</summary>
    public static string? Letter(char c)
    {
        if (c is < '\ufb50' or > '\ufefc')
            return null;
        foreach ((char first, char last, string letter) in Forms)
            if (c >= first && c <= last) return letter;
        return null;
    }

    /// <summary>Whether a character belongs to a script that is written from right to left.</summary>
    public static bool IsLetter(char c) => c is >= '\u0590' and <= '\u08ff' or >= '\ufb1d' and <= '\ufdff' or >= '\ufe70' and <= '\ufefc';

    /// <summary>Whether most letters of a text are written from right to left.</summary>
    public static bool Leads(IEnumerable<string> texts)
    {
        int letters = 0, right = 0;
        foreach (string text in texts)
        {
            foreach (char c in text)
            {
                if (!char.IsLetter(c))
                    continue;
                letters++;
                right += IsLetter(c) ? 1 : 0;
            }
        }
        return right > letters / 2 && right > 0;
    }

    /// <summary>The units of a word, given from left to right, in reading order; numbers and Latin words inside it keep theirs.</summary>
    public static string Read(IReadOnlyList<string> units)
    {
        if (!units.Any(HasLetter))
            return units.Count == 1 ? units[0] : string.Concat(units);
        List<string> read = [];
        for (int i = units.Count - 1; i >= 0; i--)
        {
            int end = i;
            while (i > 0 && IsLeftToRight(units[end]) && IsLeftToRight(units[i - 1]))
                i--;
            for (int j = i; j <= end; j++)
                read.Add(i == end ? Mirrored(units[j]) : units[j]);
        }
        return string.Concat(read);
    }

    /// <summary>
    /// Words that stand from left to right, in reading order: from the right, but words of other scripts side by side from the left.
    /// </summary>
    public static List<TextWord> Read(IReadOnlyList<TextWord> words)
    {
        List<TextWord> read = new(words.Count);
        for (int i = words.Count - 1; i >= 0; i--)
        {
            int end = i;
            while (i > 0 && IsLatin(words[end].Text) && IsLatin(words[i - 1].Text))
                i--;
            for (int j = i; j <= end; j++)
                read.Add(words[j]);
        }
        return read;
    }

    private static bool HasLetter(string text)
    {
        foreach (char c in text)
            if (IsLetter(c)) return true;
        return false;
    }

    private static bool IsLatin(string text) => text.Any(char.IsAsciiLetterOrDigit) && !HasLetter(text);

    private static bool IsLeftToRight(string unit) =>
        unit.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ',' or '-' or '/' or ':' or '%');

    private static string Mirrored(string unit) =>
        unit switch { "(" => ")", ")" => "(", "[" => "]", "]" => "[", "«" => "»", "»" => "«", _ => unit };
}
