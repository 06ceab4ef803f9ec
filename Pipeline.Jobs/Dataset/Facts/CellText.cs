using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>What the cells of a table are fit for.</summary>
internal static partial class CellText
{
    private const int LongestHead = 60, LongestName = 70, LongestValue = 140;

    /// <summary>Heads that name their columns: each of its own, short, and none a piece of running text or of a program.</summary>
    public static bool AreHeads(IReadOnlyList<string> heads)
    {
        // Only the head over the names may be missing, as in a table of two dimensions.
        if ((heads[0].Length > 0 && !heads[0].Any(char.IsLetter)) || heads.Skip(1).Any(head => head.Length == 0)
            || heads.Distinct(StringComparer.OrdinalIgnoreCase).Count() < heads.Count)
            return false;
        return heads.All(head => head.Length == 0 || (PlainText.IsReadable(head, 1, LongestHead) && !PlainText.LooksLikeCode(head)
            && !NoHead().IsMatch(head) && !LostLetter().IsMatch(head) && (head.Any(char.IsLetter) || Quantity.Of(head) is not null)));
    }

    /// <summary>A head that the first cell under it ran into: "Address 10.0.0.1" over other addresses.</summary>
    public static bool HoldsACell(string head, IReadOnlyList<string> cells)
    {
        int filled = cells.Count(cell => cell.Length > 0);
        return head.Contains(' ', StringComparison.Ordinal)
            && ((NumberAtEnd().IsMatch(head) && cells.Count(cell => cell.Any(char.IsAsciiDigit)) > 0.5 * filled)
                || (head.Contains('\\', StringComparison.Ordinal) && cells.Any(cell => cell.Contains('\\', StringComparison.Ordinal))));
    }

    /// <summary>Text that can name a row.</summary>
    public static bool IsName(string cell) =>
        PlainText.IsReadable(cell, 1, LongestName) && !cell.Contains("  ", StringComparison.Ordinal) && !IsNothing(cell)
        && cell.Any(char.IsLetterOrDigit) && !PlainText.HasNoteMark(cell) && !Sentence().IsMatch(cell);

    /// <summary>A value that can be asked for.</summary>
    public static bool IsValue(string cell, ColumnKind kind) => kind switch
    {
        ColumnKind.Quantity => Quantity.Of(cell) is not null,
        ColumnKind.Words => PlainText.IsReadable(cell, 1, LongestValue) && !IsNothing(cell) && !PlainText.HasNoteMark(cell)
            && cell.Any(char.IsLetterOrDigit) && !Reference().IsMatch(cell) && !NameCutOff().IsMatch(cell) && !CutAddress().IsMatch(cell),
        _ => false,
    };

    /// <summary>Quantity where nearly all cells are one, words where hardly any is.</summary>
    public static ColumnKind KindOf(IReadOnlyList<string> cells)
    {
        string[] filled = [.. cells.Where(cell => !IsNothing(cell))];
        int quantities = filled.Count(cell => Quantity.Of(cell) is not null);
        bool marks = filled.All(cell => cell.Length == 1 && cell == filled[0] && !char.IsAsciiDigit(cell[0]));      // crosses and ticks
        return filled.Length == 0 || marks ? ColumnKind.Mixed
            : quantities >= 0.8 * filled.Length ? ColumnKind.Quantity
            : quantities <= 0.2 * filled.Length ? ColumnKind.Words
            : ColumnKind.Mixed;
    }

    /// <summary>Did not come out of its document whole.</summary>
    public static bool IsBroken(string cell) => cell.Length > 0 && !IsNothing(cell) && !PlainText.IsReadable(cell, 1, 1000);

    /// <summary>Two columns that are lists of their own: "Primitive types | Constructed types".</summary>
    public static bool AreTwoLists(IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        string[] last = [.. heads.Select(head => head.Split(' ')[^1])];
        bool plurals = last.All(word => word.Length > 3 && word[^1] == 's');
        return string.Equals(last[0], last[1], StringComparison.OrdinalIgnoreCase)
            || (plurals && rows.All(row => row[1].Count(c => c == ' ') < 3 && Quantity.Of(row[1]) is null));
    }

    /// <summary>"Length [mm]" or "Length (mm)" gives "mm"; null for other heads.</summary>
    public static string? UnitOfHead(string head) =>
        HeadUnit().Match(head) is { Success: true } match && Quantity.Of($"1 {match.Groups["unit"].Value}") is not null
            ? match.Groups["unit"].Value : null;

    private static bool IsNothing(string cell) => Nothing().IsMatch(cell);

    [GeneratedRegex(@"^\s*(?:[-–—−.…?*""〃]*|n\s?/\s?a|N\s?/\s?A|ditto|dito|idem|íd\.|id\.|k\.\s?A\.|"
        + @"\((?:none|nothing|kein[es]?|aucune?|ninguno|nenhum|nessuno)\))\s*$")]
    private static partial Regex Nothing();

    // Running text, contents, running heads and numbered notes that were taken for heads.
    [GeneratedRegex(@"[.!?,]$|\bcontents\b|\binhaltsverzeichnis\b|\bíndice\b|\bindice\b|^\d+\s+\p{L}.*\s|^[•·]|\.\s\p{Lu}|https?:",
        RegexOptions.IgnoreCase)]
    private static partial Regex NoHead();

    [GeneratedRegex(@"^\S+\.\S+\.$")]
    private static partial Regex NameCutOff();

    // A blank stands in it where the line ended.
    [GeneratedRegex(@"\b(?:https?|ftp):\s+//|://\S*[/_\-=&?]\s+[\w\-]+[/._]\w", RegexOptions.IgnoreCase)]
    private static partial Regex CutAddress();

    [GeneratedRegex(@"^[bcdfghjlmqrsvw]\s\p{Ll}{3}")]
    private static partial Regex LostLetter();

    [GeneratedRegex(@"\s[-−]?\d[\d.,]*$|\d\.\d+\.\d|\s[-−]?\d+\s\(")]
    private static partial Regex NumberAtEnd();

    [GeneratedRegex(@"\p{L}{3,}\.\s+\p{Lu}|\p{Ll}{4,}\.$")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"^(?:see|cf\.|siehe|s\.|voir|véase|ver|veja|vedi)\s", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\s[\[(](?<unit>[^\s\]()\[]{1,8})[\])]$")]
    private static partial Regex HeadUnit();
}
