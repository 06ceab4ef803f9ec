using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Lists and glossaries in which each entry begins with a term in type of its own: "**term**: what it means".</summary>
internal static partial class TermFacts
{
    private const int LongestTerm = 50, LongestMeaning = 240;

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        if (FactScope.IsList(chunk) || FactScope.IsPartOfSomething(chunk) || FactScope.OfSection(chunk) is not { } scope)
            yield break;
        List<(ChunkBlock Block, string Term, string Meaning)> entries = [];
        foreach (ChunkBlock block in chunk.Blocks)
        {
            if (Entry(block) is { } entry)
                entries.Add((block, entry.Term, entry.Meaning));
        }
        foreach ((ChunkBlock block, string term, string meaning) in entries)
        {
            // One entry alone is more often a remark than a glossary.
            if (entries.Count(other => other.Block.Kind == block.Kind) < 3 || !IsMeaning(meaning, chunk.Language))
                continue;
            FactParts parts = new() { Kind = "definition", Scope = scope, Subject = term, Value = meaning, Evidence = block.Text.Trim() };
            if (parts.In(chunk, block) is { } fact)
                yield return fact;
        }
    }

    private static (string Term, string Meaning)? Entry(ChunkBlock block)
    {
        if (block.Kind is not (BlockKind.ListItem or BlockKind.Paragraph) || block.Spans.Count == 0 || block.Text.Length > 3000)
            return null;
        if (block.Spans[0] is not { Start: 0, Style: not TextStyle.Link, Length: <= LongestTerm } span || span.Length >= block.Text.Length)
            return null;
        string term = block.Text[..span.Length].Trim(), rest = block.Text[span.Length..];
        if (term.EndsWith(':'))
            (term, rest) = (term.TrimEnd(':', ' '), ": " + rest.TrimStart());
        Match match = Separator().Match(rest);
        if (!match.Success || NoTerm().IsMatch(term) || !PlainText.IsReadable(term, 1, LongestTerm) || term.Count(c => c == ' ') > 4
            || !term.Any(char.IsLetter) || term.Contains(": ", StringComparison.Ordinal) || PlainText.LooksLikeCode(term))
            return null;
        string meaning = rest[match.Length..].Trim();
        if (block.Kind == BlockKind.ListItem || match.Value.Trim() == ":")
            return (term, FirstSentence(meaning));
        return null;
    }

    private static string FirstSentence(string meaning) => SentenceSplitter.Split(meaning.ReplaceLineEndings(" "))[0].TrimEnd('.', ';',
        ',', ' ');

    private static bool IsMeaning(string meaning, string language) =>
        PlainText.IsReadable(meaning, 12, LongestMeaning) && meaning.Count(c => c == ' ') >= 2 && char.IsLetter(meaning[0])
        && !PlainText.LooksLikeCode(meaning) && !PlainText.PointsElsewhere(meaning, language) && !PlainText.HasNoteMark(meaning)
        && !meaning.EndsWith('?') && !PlainText.RunsOn(meaning) && !Again().IsMatch(meaning) && !Pronoun().IsMatch(meaning);

    // "… ditto", an entry in which the next one begins, and one that ends before the program text it speaks of.
    [GeneratedRegex(@"\b(?:thanks to|using|with|use|via|by) the (?:options?|commands?|functions?)$|\s:\s|\b(?:ditto|idem|dito)\b|"
        + @"[.;]\s[^\s:]{1,40}:\s", RegexOptions.IgnoreCase)]
    private static partial Regex Again();

    [GeneratedRegex(@"^\s?(?::|–|—|-)\s+(?=\S)")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(?:note|notes|example|examples|warning|tip|caution|important|hint|see|see also|remark|usage|problem|solution|"
        + @"question|answer|result|results|returns?|types?|options?|value|default|arguments?|beware|proof|author|authors|authors?|hinweis|"
        + @"beispiel|anmerkung|achtung|warnung|wichtig|siehe|frage|antwort|remarque|exemple|attention|astuce|voir|nota|ejemplo|aviso|"
        + @"atención|exemplo|observação|dicas?|atenção|esempio|avviso|attenzione|suggerimento|keywords|abstract|step.*|schritt.*|paso.*|"
        + @"inputs?|outputs?|data|requires?|ensures?|summary|eingabe|ausgabe|entrées?|sorties?|entradas?|salidas?|saídas?|uscita|"
        + @"algorithm\s.*|algorithmus\s.*|algorithme\s.*|algoritmo\s.*|listing\s.*|"
        + @"passo.*|étape.*|table.*|figure.*|tabelle.*|abbildung.*|"
        + @"warum.*|why.*|how.*|what.*)$", RegexOptions.IgnoreCase)]
    private static partial Regex NoTerm();

    [GeneratedRegex(@"^(?:it|this|that|these|they|same|ditto|also|and|or|but|so|then|dies|das ist|es|dasselbe|dito|il|elle|c['’]est|idem|"
        + @"lo mismo|o mesmo|lo stesso|as above|like)(?!\p{L})",
        RegexOptions.IgnoreCase)]
    private static partial Regex Pronoun();
}
