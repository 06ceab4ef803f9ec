using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Where a fact holds, in words that are understood without the document: its title, and what of headings or caption is
/// needed.</summary>
internal static partial class FactScope
{
    private const int LongestPart = 110;

    /// <summary>The title alone: for what holds in the whole document.</summary>
    public static string? OfDocument(Chunk chunk)
    {
        string title = TitleOf(chunk);
        return title.Count(char.IsLetter) >= 2 && !ListHeading().IsMatch(title) && PlainText.IsReadable(title, 2, LongestPart) ? title
            : null;
    }

    /// <summary>Lists of contents, of changes, of literature, and the index: nothing in them is a fact of the subject.</summary>
    public static bool IsList(Chunk chunk) => chunk.Headings.Any(heading => ListHeading().IsMatch(Trimmed(heading)));

    /// <summary>Under "Arguments" stand those of one function, and nothing says of which.</summary>
    public static bool IsPartOfSomething(Chunk chunk) => chunk.Headings.Count > 0 && Part().IsMatch(Trimmed(chunk.Headings[^1]));

    /// <summary>A block that is announced as an example, or stands under a heading that says so: what is in it is not meant.</summary>
    public static bool IsExample(Chunk chunk, int index) =>
        (chunk.Headings.Count > 0 && Example().IsMatch(chunk.Headings[^1]))
        || (index > 0 && chunk.Blocks[index - 1] is { Table: null, Figure: null } before && before.Text.TrimEnd().EndsWith(':')
            && Example().IsMatch(SentenceSplitter.Split(before.Text)[^1]))
        || (chunk.Blocks[index].Table?.Caption is { } caption && WithoutLabel(caption) is { } text && ExampleCaption().IsMatch(text));

    /// <summary>Title and heading; of a short heading such as "Options" the one above it as well. Null where one is not fit to be
    /// read.</summary>
    public static string? OfSection(Chunk chunk)
    {
        if (OfDocument(chunk) is not { } title)
            return null;
        List<string> parts = [];
        foreach (string heading in chunk.Headings.Reverse())
        {
            string text = Trimmed(heading);
            if (Remark().IsMatch(text) || text.Count(char.IsLetter) < 2)
                continue;
            if (!PlainText.IsReadable(text, 1, LongestPart))
                return null;
            if (!Same(text, title))
                parts.Insert(0, text);
            if (text.Count(c => c == ' ') >= 3 || parts.Count == 3)
                break;      // long enough to stand alone
        }
        return string.Join(" – ", [title, .. parts]);
    }

    /// <summary>Title and the caption of a table or figure, or where it has none the heading.</summary>
    public static string? OfCaption(Chunk chunk, string? caption)
    {
        if (caption is null || WithoutLabel(caption) is not { } text)
            return OfSection(chunk);
        return OfDocument(chunk) is { } title && PlainText.IsReadable(text, 2, 160) ? $"{title} – {text}" : null;
    }

    /// <summary>"Table 2: Sizes." gives "Sizes"; null where nothing but the label is there.</summary>
    public static string? WithoutLabel(string caption)
    {
        string text = Trimmed(Label().Replace(caption, "", 1));
        return text.Any(char.IsLetter) ? text : null;
    }

    /// <summary>The last heading without a colon at its end, or the title.</summary>
    public static string Topic(Chunk chunk) => chunk.Headings.Count == 0 ? TitleOf(chunk) : Trimmed(chunk.Headings[^1]);

    /// <summary>The title without marks that lead to a note.</summary>
    private static string TitleOf(Chunk chunk) => chunk.Title.ReplaceLineEndings(" ").Trim().TrimEnd('*', '∗', '†', '‡', ' ');

    private static string Trimmed(string text) => text.Trim().TrimEnd(':', '.', ' ');

    private static bool Same(string a, string b) => RowHash.Normalised(a) == RowHash.Normalised(b);

    [GeneratedRegex(@"^(?:note|notes|warning|caution|tip|important|example|hinweis|warnung|achtung|beispiel|note|remarque|attention|"
        + @"avertissement|exemple|nota|aviso|advertencia|ejemplo|exemplo|avviso|attenzione|esempio|tipp|conseil|astuce|sugerencia|consejo|"
        + @"importante|cuidado|atenção|atención|precaución|dica|suggerimento|observação|observación|osservazione|anmerkung|vorsicht|"
        + @"wichtig)$", RegexOptions.IgnoreCase)]
    private static partial Regex Remark();

    [GeneratedRegex(@"^(?:arguments?|parameters?|details|slots|values?|methods?|returns?|fields?|members?|exports|types|data types|"
        + @"argumente?|parameter|rückgabewerte?|paramètres|argumentos|parámetros|parâmetros|argomenti|parametri)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    [GeneratedRegex(@"^(?:table of )?contents$|inhaltsverzeichnis|^inhalt$|table des matières|^sommaire|^tabla de contenidos?|"
        + @"^contenidos?$|^(?:í|i)ndice|^sumário|^sommario|^index$|^references$|bibliograph|bibliograf|literatur(?:verzeichnis)?$|"
        + @"^références|^referencias|^referências|^riferimenti|change ?log|^change history|revision history|^history$|release notes|"
        + @"^historique|^changements|^versionsprotokoll|änderungen|^historial|^historia$|^cronologia|^histórico|^cambios|^modifiche",
        RegexOptions.IgnoreCase)]
    private static partial Regex ListHeading();

    [GeneratedRegex(@"\bexamples?\b|\bfor instance\b|beispiel|\bbspw|\bexemples?\b|\bejemplos?\b|\bexemplos?\b|\besemp(?:io|i)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Example();

    [GeneratedRegex(@"^(?:an? |the |some )?examples?\b|^(?:ein )?beispiele?\b|^(?:un )?exemples?\b|^(?:un )?ejemplos?\b|"
        + @"^(?:um )?exemplos?\b|^(?:un )?esemp(?:io|i)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex ExampleCaption();

    [GeneratedRegex(@"^\s{0,3}\p{L}{1,14}\.?\s?(?:[A-Z]\.?)?[\d.\-]{1,9}[a-z]?\s{0,3}[:.|–—\-]?\s{0,3}")]
    private static partial Regex Label();
}
