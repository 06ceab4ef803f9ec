using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Keys with short values, in a table of two columns without heads or in a run of items or lines: "Length: 12 m".</summary>
internal static partial class KeyValueFacts
{
    private const int Fewest = 3, LongestKey = 40, LongestValue = 70, MostLinesBefore = 15;

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        if (FactScope.OfDocument(chunk) is null || FactScope.IsList(chunk) || FactScope.IsPartOfSomething(chunk))
            yield break;
        for (int i = 0; i < chunk.Blocks.Count;)
        {
            ChunkBlock block = chunk.Blocks[i];
            if (block.Table is { } table)
            {
                foreach (Fact fact in OfTable(chunk, i, block, table))
                    yield return fact;
                i++;
                continue;
            }
            int end = i;
            while (end < chunk.Blocks.Count && chunk.Blocks[end].Kind == block.Kind && chunk.Blocks[end].Level == block.Level
                && Pair(chunk.Blocks[end].Text) is not null)
                end++;
            bool whole = block.Kind is BlockKind.ListItem or BlockKind.Paragraph && end - i >= Fewest;
            if (whole)
            {
                (string Key, string Value)[] pairs = [.. chunk.Blocks.Skip(i).Take(end - i).Select(b => Pair(b.Text)!.Value)];
                if (AreKeys(pairs, chunk.Language) && 2 * pairs.Count(pair => IsTyped(pair.Value)) >= pairs.Length
                    && !FactScope.IsExample(chunk, i) && !IsOutput(chunk, i))
                {
                    for (int k = 0; k < pairs.Length; k++)
                    {
                        ChunkBlock own = chunk.Blocks[i + k];
                        if (Parts(chunk, pairs[k], own.Text, FactScope.Topic(chunk))?.In(chunk, own) is { } fact)
                            yield return fact;
                    }
                }
            }
            i = Math.Max(end, i + 1);
        }
    }

    private static IEnumerable<Fact> OfTable(Chunk chunk, int index, ChunkBlock block, DocumentTable table)
    {
        if (table.HeaderRows > 0 || table.Rows.Count < Fewest || table.Rows.Any(row => row.Count != 2) || table.Spans.Count > 0)
            yield break;
        if (FactScope.IsExample(chunk, index))
            yield break;
        (string Key, string Value)[] pairs = [.. table.Rows.Select(row =>
            (row[0].ReplaceLineEndings(" ").Trim(), row[1].ReplaceLineEndings(" ").Trim()))];
        // Without heads it is the values that show what the table is: most are quantities, or the keys end with a colon.
        bool colons = pairs.All(pair => pair.Key.EndsWith(':'));
        if (!colons && pairs.Count(pair => Quantity.Of(pair.Value) is not null) < 0.6 * pairs.Length)
            yield break;
        if (!colons && Quantity.Of(pairs[0].Value) is null)
            yield break;        // perhaps heads that were not recognised
        pairs = [.. pairs.Select(pair => (pair.Key.TrimEnd(':', ' '), pair.Value))];
        if (!AreKeys(pairs, chunk.Language) || pairs.Any(pair => !PlainText.IsReadable(pair.Value, 1, LongestValue)
            || NoKey().IsMatch(pair.Key)
            || pair.Key.Length > LongestKey || !pair.Key.Any(char.IsLetter)))
            yield break;
        string about = (table.Caption is { } caption ? FactScope.WithoutLabel(caption) : LeadText.Before(chunk, index))
            ?? FactScope.Topic(chunk);
        foreach ((string Key, string Value) pair in pairs)
        {
            if (Parts(chunk, pair, $"{pair.Key} | {pair.Value}", about)?.In(chunk, block) is { } fact)
                yield return fact;
        }
    }

    private static FactParts? Parts(Chunk chunk, (string Key, string Value) pair, string evidence, string about) =>
        PlainText.IsReadable(about, 2, 140) && FactScope.OfDocument(chunk) is { } title ? new FactParts
        {
            Kind = "key_value",
            Scope = title,
            Subject = about,
            Attribute = pair.Key,
            Value = pair.Value,
            Evidence = evidence,
        } : null;

    /// <summary>Keys that are read as one list: each once, with values that are no sentences.</summary>
    private static bool AreKeys((string Key, string Value)[] pairs, string language) =>
        !AreContents(pairs) && pairs.Select(pair => pair.Key).Distinct(StringComparer.OrdinalIgnoreCase).Count() == pairs.Length
        && pairs.All(pair => PlainText.IsReadable(pair.Key, 2, LongestKey) && !PlainText.LooksLikeCode(pair.Key)
            && Words().IsMatch(pair.Key)
            && !PlainText.PointsElsewhere(pair.Value, language) && !PlainText.HasNoteMark(pair.Value));

    /// <summary>Whether the lines show how a file or the output of a program may look; the first of them need not be pairs.</summary>
    private static bool IsOutput(Chunk chunk, int first)
    {
        for (int i = first - 1; i >= Math.Max(0, first - MostLinesBefore); i--)
        {
            string text = chunk.Blocks[i].Text.Trim();
            if (text.EndsWith(':') && text.Contains(' ', StringComparison.Ordinal))
                return text.Length < 2000 && Output().IsMatch(SentenceSplitter.Split(text)[^1]);
            if (!FieldOfFile().IsMatch(text))
                return false;
        }
        return false;
    }

    /// <summary>Titles with the numbers of pages.</summary>
    private static bool AreContents((string Key, string Value)[] pairs) =>
        pairs.All(pair => pair.Value.Length <= 4 && pair.Value.All(char.IsAsciiDigit))
        && pairs.Select(pair => int.Parse(pair.Value, CultureInfo.InvariantCulture)) is { } pages && pages.SequenceEqual(pages.Order());

    /// <summary>A quantity, a date, a number, a code: what the value of a property looks like.</summary>
    private static bool IsTyped(string value) => Quantity.Of(value) is not null || (value.Any(char.IsAsciiDigit) && value.Length <= 40
        && !Address().IsMatch(value));

    private static (string Key, string Value)? Pair(string text)
    {
        if (text.Length > LongestKey + LongestValue + 3 || text.Contains('\n', StringComparison.Ordinal))
            return null;
        Match match = Form().Match(text.Trim());
        if (!match.Success)
            return null;
        (string key, string value) = (match.Groups["key"].Value.Trim(), match.Groups["value"].Value.Trim().TrimEnd('.', ';', ','));
        return NoKey().IsMatch(key) || key.Count(c => c == ' ') > 5 || PlainText.LooksLikeCode(text)
            || !PlainText.IsReadable(value, 1, LongestValue) || Sentence().IsMatch(value) ? null : (key, value);
    }

    [GeneratedRegex(@"^[\p{L}\p{N}_-]{2,40}:\s")]
    private static partial Regex FieldOfFile();

    [GeneratedRegex(@"\blooks? (?:something )?like\b|\bsimilar to\b|\boutputs?\b|\bsieht\b|\bähnlich\b|\bausgabe\b|\bressembl|\bsortie\b|"
        + @"\baffich|\baspecto\b|\bsimilar a\b|\bsalida\b|\bsaída\b|\bsemelhante\b|\bparecid[oa]\b|\baspetto\b|\bsimile a\b|\buscita\b|"
        + @"\bassim\b|\bparece\b|\bcosì\b|\bcomme (?:ceci|suit)\b|\bfolgendermaßen\b", RegexOptions.IgnoreCase)]
    private static partial Regex Output();

    [GeneratedRegex(@"^(?<key>\p{L}[^:\n]{1,39}?)\s?:\s+(?<value>\S.{0,69})$")]
    private static partial Regex Form();

    [GeneratedRegex(@"^(?:note|syntax error|example|warning|tip|caution|important|hint|see|see also|remark|usage|problem|solution|"
        + @"question|answer|q|a|"
        + @"hinweis|beispiel|anmerkung|achtung|warnung|wichtig|siehe|frage|antwort|note bene|nb|remarque|exemple|attention|astuce|voir|"
        + @"nota|ejemplo|aviso|atención|exemplo|observação|dica|atenção|esempio|avviso|attenzione|suggerimento|https?|ftp|e\.g|step.*|"
        + @"schritt.*|paso.*|passo.*|étape.*)$", RegexOptions.IgnoreCase)]
    private static partial Regex NoKey();

    [GeneratedRegex(@"^\p{L}[\p{L}\p{N} /()'’.,%-]*$")]
    private static partial Regex Words();

    [GeneratedRegex(@"@|://|^www\.|^/|\\")]
    private static partial Regex Address();

    [GeneratedRegex(@"\p{L}{2,}[.!?]\s|[!?]$")]
    private static partial Regex Sentence();
}
