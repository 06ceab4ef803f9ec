using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>A sentence that ends with a colon, and the list of three to nine short items that it announces.</summary>
internal static class EnumerationFacts
{
    private const int Fewest = 3, Most = 9, LongestItem = 90, LongestList = 400, NearlyFullChunk = 650;

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        if (FactScope.IsList(chunk) || FactScope.OfSection(chunk) is not { } scope)
            yield break;
        for (int i = 1; i < chunk.Blocks.Count; i++)
        {
            if (chunk.Blocks[i].Kind != BlockKind.ListItem || chunk.Blocks[i - 1].Kind == BlockKind.ListItem)
                continue;
            int end = i;
            while (end < chunk.Blocks.Count && chunk.Blocks[end].Kind == BlockKind.ListItem)
                end++;
            ChunkBlock[] list = [.. chunk.Blocks.Skip(i).Take(end - i)];
            if (LeadText.Before(chunk, i) is not { } lead || FactScope.IsExample(chunk, i))
                continue;
            if (list.Length is < Fewest or > Most || MayGoOn(chunk, list, end) || !AreItems(list, chunk.Language))
                continue;
            string[] items = [.. list.Select(TextOf)];
            string value = string.Join(items.Any(item => item.Contains(',', StringComparison.Ordinal)) ? "; " : ", ", items);
            FactParts parts = new()
            {
                Kind = "enumeration",
                Scope = scope,
                Subject = lead,
                Value = value,
                Items = items,
                Evidence = $"{lead}:\n{string.Join('\n', list.Select(item => $"{item.Marker ?? "-"} {item.Text}"))}",
            };
            if (value.Length <= LongestList && parts.In(chunk, [chunk.Blocks[i - 1], .. list]) is { } fact)
                yield return fact;
        }
    }

    /// <summary>Whether more of the list may come after other blocks, or in the next chunk.</summary>
    private static bool MayGoOn(Chunk chunk, ChunkBlock[] list, int end)
    {
        if (end == chunk.Blocks.Count)
            return chunk.Tokens > NearlyFullChunk;
        ChunkBlock? next = chunk.Blocks.Skip(end).FirstOrDefault(block => block.Kind == BlockKind.ListItem);
        if (next is null)
            return false;
        bool numbered = list[0].Marker is { } marker && marker.Any(char.IsDigit);
        return numbered ? next.Marker != list[0].Marker
            : !chunk.Blocks.Skip(end).TakeWhile(block => block != next).Any(block => block.Text.TrimEnd().EndsWith(':'));
    }

    private static bool AreItems(ChunkBlock[] list, string language) =>
        list.All(item => item.Level == list[0].Level && IsItem(TextOf(item), language))
        && list.Select(TextOf).Distinct(StringComparer.OrdinalIgnoreCase).Count() == list.Length;

    private static bool IsItem(string text, string language) =>
        PlainText.IsReadable(text, 1, LongestItem) && SentenceSplitter.Split(text).Count == 1 && text.Any(char.IsLetterOrDigit)
        && !PlainText.HasNoteMark(text) && !PlainText.LooksLikeCode(text) && text.AsSpan().IndexOfAny('=', '@') < 0
        && !PlainText.PointsElsewhere(text, language);

    private static string TextOf(ChunkBlock item) => item.Text.Trim().TrimEnd('.', ';', ',', ' ');
}
