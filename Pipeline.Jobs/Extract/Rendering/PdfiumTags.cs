using static Pipeline.Jobs.Extract.Rendering.PdfiumNative;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>Reads the structure tree of one page. The caller holds <see cref="PdfiumLibrary.Gate"/>.</summary>
internal static unsafe class PdfiumTags
{
    private const int MostElements = 20_000, MostLevels = 60;
    private const int LongestAlt = 2_000;

    /// <returns>Null for a page without tags.</returns>
    public static PageTags? Read(nint page)
    {
        nint tree = GetStructTree(page);
        if (tree == 0)
            return null;
        try
        {
            PageTags tags = new();
            int left = MostElements;
            for (int i = 0; i < CountStructChildren(tree); i++)
                Walk(GetStructChild(tree, i), 0, null, tags, 0, ref left);
            return tags.Tagged.Count > 0 ? tags : null;
        }
        finally
        {
            CloseStructTree(tree);
        }
    }

    private static void Walk(nint element, byte heading, string? alt, PageTags tags, int depth, ref int left)
    {
        if (element == 0 || depth > MostLevels || --left < 0)
            return;
        string type = PdfiumString.Of((buffer, bytes) => GetStructType(element, buffer, bytes)) ?? "";
        byte own = type switch
        {
            "Title" => 1,
            ['H', >= '1' and <= '6'] => (byte)(type[1] - '0'),
            _ => heading,
        };
        if (type == "Figure" && PdfiumString.Of((buffer, bytes) => GetStructAlt(element, buffer, bytes)) is { Length: <= LongestAlt } said)
            alt = said;
        int ids = CountMarkedContents(element);
        if (ids < 0)
            Mark(GetMarkedContent(element), own, alt, tags);
        for (int i = 0; i < ids; i++)
            Mark(GetMarkedContentAt(element, i), own, alt, tags);
        int children = CountStructElementChildren(element);
        for (int i = 0; i < children; i++)
            Walk(GetStructElementChild(element, i), own, alt, tags, depth + 1, ref left);
    }

    private static void Mark(int id, byte heading, string? alt, PageTags tags)
    {
        if (id < 0)
            return;
        tags.Tagged.Add(id);
        if (heading > 0)
            tags.Headings[id] = heading;
        if (alt is not null)
            tags.Pictures[id] = alt;
    }
}
