using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>What a short text looks like: an entry of contents, of an index, of a list of references.</summary>
internal static partial class LineShape
{
    private const int LongestEntry = 300;
    private const int LongestList = 20_000, DotsOfEntry = 16;   // entries that were read as one paragraph are mostly dots

    /// <summary>Dots that lead to a page number.</summary>
    public static bool HasLeader(string text) => text.Length <= 4 * LongestEntry
        ? Leader().IsMatch(text)
        : text.Length <= LongestList && Leader().Count(text) * DotsOfEntry >= text.Length;

    /// <summary>The page number at the end of an entry of contents; null for other text.</summary>
    public static int? PageOf(string text)
    {
        if (text.Length > LongestEntry)
            return null;
        string line = text.TrimEnd();
        int start = line.Length;
        while (start > 0 && char.IsAsciiDigit(line[start - 1])) start--;
        if (start == line.Length)
        {
            while (start > 0 && line[start - 1] is 'i' or 'v' or 'x' or 'l' or 'c') start--;
            bool roman = line.Length - start is >= 1 and <= 6 && start > 2 && line[start - 1] is ' ' or '.' or '\t';
            return roman && HasLeader(line) ? 0 : null;
        }
        if (line.Length - start > 4 || start < 3 || !(char.IsWhiteSpace(line[start - 1]) || line[start - 1] is '.' or '…' or '·'))
            return null;
        return line.AsSpan(0, start).IndexOfAnyInRange('A', 'z') >= 0 || line.AsSpan(0, start).IndexOfAnyInRange('\u00c0', '\uffff') >= 0
            ? int.Parse(line[start..], System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Words with the pages on which they stand: "tratti, 23 trattino, 23", "Quoting strings . . . 5, 8".</summary>
    public static bool IsIndexEntry(string text)
    {
        string line = text.Trim();
        if (line.Length is < 4 or > 3000)
            return false;
        int pages = PageReference().Count(line);
        return pages > 0 && (pages * 60 >= line.Length || (HasLeader(line) && char.IsAsciiDigit(line[^1])));
    }

    /// <summary>Somebody's work with its year and place.</summary>
    public static bool IsReference(string text)
    {
        string line = text.Length > 600 ? text[..600] : text;
        int marks = (Year().IsMatch(line) ? 1 : 0) + (Publication().IsMatch(line) ? 1 : 0) + (Label().IsMatch(line) ? 1 : 0)
            + (Authors().IsMatch(line) ? 1 : 0);
        return marks >= 2;
    }

    /// <summary>The mark by which a work is cited.</summary>
    public static bool HasLabel(string text) => Label().IsMatch(text);

    /// <summary>Whether text ends as sentences do.</summary>
    public static bool EndsSentence(string text)
    {
        string line = text.TrimEnd().TrimEnd(')', ']', '"', '”', '»', '’');
        return line.Length > 0 && line[^1] is '.' or '!' or '?' or ':' or '。' or '！' or '？' or '：' or '؟' or ';';
    }

    [GeneratedRegex(@"(?:[.·…_]\s?){4}|…{2}|\.{4}")]
    private static partial Regex Leader();

    [GeneratedRegex(@"(?:[,;.…]|[.·…]\s)\s*\d{1,4}(?:[–-]\d{1,4})?(?:ff?\.?)?(?=[\s,;]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex PageReference();

    [GeneratedRegex(@"\b(?:1[89]|20)\d\d[a-z]?\b", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    [GeneratedRegex(
        @"\b(?:pp?\. ?\d|DOI|Phys\.|J\. \p{Lu}|Rev\. |vol\. ?\d|eds?\.|et al|ISBN|ISSN|doi|https?:|In: |Proc|Proceedings|Journal"
            + @"|Press|Verlag|Springer|Wiley|Addison|Elsevier|Transactions|Conference|University"
        + @"|Editorial|Éditions?|Editora|Editore|Hrsg|Auflage|edition|édition|edición|edição|edizione|S\. ?\d|Technical Report"
        + @"|Reilly|Wadsworth|Hall|TUGboat|arXiv|CTAN)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Publication();

    [GeneratedRegex(@"^\s*(?:\[[\w+.:\-]{1,16}\]|[¹²³⁰⁴-⁹]{1,3}\p{Lu}|\d{1,3}\.?\s+\p{Lu}\p{L}+,)", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s*(?:\[[^\]]{1,20}\]\s*)?\p{Lu}[\p{L}'’-]+,? (?:\p{Lu}\.|\p{Lu}[\p{L}-]+[,.:]| and | und | y | et | e )"
        + @"|\p{Lu}\. ?\p{Lu}[\p{L}'’-]+[,. ]", RegexOptions.CultureInvariant)]
    private static partial Regex Authors();
}
