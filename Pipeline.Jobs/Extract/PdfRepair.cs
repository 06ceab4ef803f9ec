using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract;

/// <summary>
/// Makes a truncated PDF readable again: an interrupted download usually loses the catalog, the page tree and the index at
/// the end. The remaining pages get a new page tree, catalog and index.
/// </summary>
internal static partial class PdfRepair
{
    /// <returns>A file with the surviving pages, or null when none is found.</returns>
    public static byte[]? TryRepair(byte[] content)
    {
        string text = Encoding.Latin1.GetString(content); // one char per byte, so offsets stay valid
        SortedDictionary<int, int> offsets = new();
        List<int> pages = new();
        foreach (Match match in ObjectStart().Matches(text))
        {
            if (!int.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out int number) || number is <= 0 or > 8_000_000)
                continue;
            offsets[number] = match.Index;
            int end = text.IndexOf("endobj", match.Index, StringComparison.Ordinal);
            if (end < 0)
            {
                offsets.Remove(number); // cut in the middle
                continue;
            }
            int stream = text.IndexOf("stream", match.Index, end - match.Index, StringComparison.Ordinal);
            if (PageType().IsMatch(text[match.Index..(stream < 0 ? end : stream)]) && !pages.Contains(number))
                pages.Add(number);
        }
        return pages.Count > 0 ? WithNewIndex(text, offsets, pages) : null;
    }

    private static byte[] WithNewIndex(string text, SortedDictionary<int, int> offsets, List<int> pages)
    {
        int tree = offsets.Keys.Max() + 1, catalog = tree + 1;
        StringBuilder repaired = new(text, text.Length + 4096);
        // A later object of the same number wins: each page names its new parent.
        foreach (int page in pages)
        {
            int start = offsets[page], end = text.IndexOf("endobj", start, StringComparison.Ordinal);
            string body = ParentEntry().Replace(text[start..end], "");
            offsets[page] = repaired.Append('\n').Length;
            int open = body.IndexOf("<<", StringComparison.Ordinal) + 2;
            repaired.Append(CultureInfo.InvariantCulture, $"{body[..open]} /Parent {tree} 0 R {body[open..]}endobj\n");
        }
        offsets[tree] = repaired.Length;
        repaired.Append(CultureInfo.InvariantCulture,
            $"{tree} 0 obj\n<< /Type /Pages /Count {pages.Count} /MediaBox [0 0 612 792] /Kids [");
        foreach (int page in pages)
            repaired.Append(CultureInfo.InvariantCulture, $"{page} 0 R ");
        repaired.Append("] >>\nendobj\n");
        offsets[catalog] = repaired.Length;
        repaired.Append(CultureInfo.InvariantCulture, $"{catalog} 0 obj\n<< /Type /Catalog /Pages {tree} 0 R >>\nendobj\n");

        int index = repaired.Length;
        repaired.Append("xref\n0 1\n0000000000 65535 f \n");
        foreach ((int number, int offset) in offsets)
            repaired.Append(CultureInfo.InvariantCulture, $"{number} 1\n{offset:0000000000} 00000 n \n");
        repaired.Append(CultureInfo.InvariantCulture,
            $"trailer\n<< /Size {catalog + 1} /Root {catalog} 0 R >>\nstartxref\n{index}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(repaired.ToString());
    }

    [GeneratedRegex(@"(?<![0-9])(?<number>\d{1,7}) 0 obj\b", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectStart();

    [GeneratedRegex(@"/Type\s*/Page(?![a-zA-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex PageType();

    [GeneratedRegex(@"/Parent\s+\d+\s+\d+\s+R", RegexOptions.CultureInvariant)]
    private static partial Regex ParentEntry();
}
