namespace Pipeline.Jobs.Dataset.Languages;

/// <summary>
/// The small words of a language, of which running text is full and which identifiers and program code do not have. They tell the
/// language of most prose at once; where they do not, letters are compared.
/// </summary>
internal static class FunctionWords
{
    private const int Fewest = 12;              // found in the text
    private const double FewestShare = 0.16;    // of its words
    private const int FewestOwn = 5;            // words that no other of these languages has
    private const double Ahead = 3;             // times the own words of the next language

    private static readonly string[] Codes = ["en", "es", "de", "fr", "pt", "it", "nl", "ca"];

    private static readonly Dictionary<string, byte> Table = Build(
        "the of and to is that for it with as be this are by or from an which you not can will if have at when your has was "
        + "may but they its should used these all we",
        "el la de que y en los las del un una por con no para es se al lo como su o si más este esta son puede pero sus "
        + "entre cuando también está sin sobre hay ser debe",
        "der die und das ist nicht den dem des ein eine einer mit von zu für auf im sich auch werden wird sie es als oder an "
        + "bei sind wenn kann aus nach dass nur einen durch",
        "le la les de des et est un une dans pour que qui du en sur il ne pas par au avec ce sont vous se ou plus cette aux "
        + "être si peut ces mais votre fait sans",
        "o a os as de que e do da em um uma para com não por se no na dos das é mais como ao ou são este esta pode seu sua "
        + "pelo pela mas foi ser quando também você isso",
        "il la di che e un una per in è del della non si con le i da sono al dei come nel gli lo alla delle questo questa "
        + "più o se essere può ma anche viene nella dal ad",
        "de het een van en in is dat op te voor met niet zijn aan er om ook als door maar bij of naar wordt kan deze uit "
        + "worden dit heeft u dan nog",
        "el la de que i en els les del un una per amb no és es al o si més aquest aquesta són pot però com als seu quan "
        + "també està sense sobre hi ha ser");

    /// <summary>ISO 639-1 of a text, where its words leave no doubt; else null.</summary>
    /// <param name="text">Words with single blanks between them.</param>
    public static string? LanguageOf(ReadOnlySpan<char> text)
    {
        Span<int> found = stackalloc int[Codes.Length];
        Span<int> own = stackalloc int[Codes.Length];
        found.Clear();
        own.Clear();
        int words = 0;
        Span<char> lower = stackalloc char[8];
        Dictionary<string, byte>.AlternateLookup<ReadOnlySpan<char>> table = Table.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (Range range in text.Split(' '))
        {
            ReadOnlySpan<char> word = text[range];
            if (word.Length == 0)
                continue;
            words++;
            if (word.Length > lower.Length)
                continue;
            int length = word.ToLowerInvariant(lower);
            if (!table.TryGetValue(lower[..length], out byte languages))
                continue;
            for (int i = 0; i < found.Length; i++) found[i] += (languages >> i) & 1;
            if (byte.IsPow2(languages)) own[byte.Log2(languages)]++;
        }
        int best = 0, next = -1;
        for (int i = 1; i < found.Length; i++)
            if (own[i] > own[best]) best = i;
        for (int i = 0; i < found.Length; i++)
            if (i != best && (next < 0 || own[i] > own[next])) next = i;
        return found[best] >= Fewest && found[best] >= FewestShare * words && own[best] >= FewestOwn && own[best] >= Ahead * own[next]
            ? Codes[best] : null;
    }

    private static Dictionary<string, byte> Build(params string[] lists)
    {
        Dictionary<string, byte> table = new(StringComparer.Ordinal);
        for (int i = 0; i < lists.Length; i++)
            foreach (string word in lists[i].Split(' ')) table[word] = (byte)(table.GetValueOrDefault(word) | (1 << i));
        return table;
    }
}
