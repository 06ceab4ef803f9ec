using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Sentences that say what something is: "A lysimeter is a block of soil that is weighed to follow its water balance."</summary>
internal static class DefinitionFacts
{
    private const int LongestSentence = 320, ShortestValue = 20, LongestValue = 220;

    public static IEnumerable<Fact> Of(Chunk chunk)
    {
        if (FactScope.IsList(chunk) || !DefinitionGrammar.All.TryGetValue(chunk.Language, out DefinitionGrammar? grammar)
            || FactScope.OfDocument(chunk) is not { } scope)
            yield break;
        foreach (ChunkBlock block in chunk.Blocks)
        {
            if (block.Kind is not (BlockKind.Paragraph or BlockKind.ListItem) || block.Text.Length > 20_000)
                continue;
            int from = 0;
            foreach (string sentence in SentenceSplitter.Split(block.Text))
            {
                int start = block.Text.IndexOf(sentence, from, StringComparison.Ordinal);
                from = start < 0 ? from : start + sentence.Length;
                if (sentence.Length > LongestSentence || !sentence.EndsWith('.')
                    || Found(grammar, block, sentence, start, chunk.Language) is not { } found)
                    continue;
                FactParts parts = new()
                {
                    Kind = "definition",
                    Scope = scope,
                    Subject = found.Term,
                    Value = found.Value,
                    Evidence = sentence,
                };
                if (parts.In(chunk, block) is { } fact)
                {
                    int first = block.Source.Start + Math.Max(0, start);
                    yield return fact with { Sources = [block.Source with { Start = first, End = first + sentence.Length }] };
                }
            }
        }
    }

    private static (string Term, string Value)? Found(DefinitionGrammar grammar, ChunkBlock block, string sentence, int start,
        string language)
    {
        Match match = grammar.Sentence.Match(sentence);
        if (!match.Success)
            return null;
        Group term = match.Groups["term"];
        string value = match.Groups["value"].Value.Trim().TrimEnd('.', ' ');
        string article = match.Groups["article"].Value.Trim();
        if (!PlainText.IsReadable(term.Value, 2, 50) || !PlainText.IsReadable(value, ShortestValue, LongestValue)
            || value.Count(c => c == ' ') < 4)
            return null;
        if (grammar.NoTerm.IsMatch(term.Value) || grammar.NoValue.IsMatch(value) || PlainText.LooksLikeCode(value)
            || PlainText.LooksLikeCode(term.Value)
            || PlainText.PointsElsewhere(value, language) || PlainText.HasNoteMark(value))
            return null;
        bool code = start >= 0 && block.Spans.Any(span => span.Style == TextStyle.Code && span.Start < start + term.Index + term.Length
            && span.Start + span.Length > start + term.Index);
        if (code || OtherWords.IsMatch(term.Value) || SecondClause.IsMatch(value) || PlainText.RunsOn(value))
            return null;
        bool marked = start >= 0 && block.Spans.Any(span => span.Style is TextStyle.Bold or TextStyle.Italic or TextStyle.BoldItalic
            && span.Start <= start + term.Index && span.Start + span.Length >= start + term.Index + term.Length);
        bool definite = article.Length > 0 && grammar.Definite.IsMatch(article);
        bool several = term.Value.AsSpan().IndexOfAny(' ', '-') >= 0;
        bool name = term.Value.Skip(1).Any(char.IsUpper) || (definite && char.IsUpper(term.Value[0]) && language != "de");
        // "EventFun is the function …" names a variable of one program; "EUnit is a framework …" says what something is.
        if (Variable.IsMatch(term.Value) && !grammar.Indefinite.IsMatch(value))
            return null;
        // A sentence that begins with a small letter is about a name of a program; "size is the number …" about one of many.
        if (char.IsLower(sentence[0]) && !grammar.Indefinite.IsMatch(value))
            return null;
        bool explains = grammar.Relative.IsMatch(value);
        // "The file is a script": of one file, not of files. Only a term in type of its own, or one that is a name, is defined that way.
        bool certain = (marked && (!definite || several || grammar.Strong.IsMatch(value))) || (explains && (article.Length > 0
            && !definite || (several && !definite) || (name && (!definite
            || grammar.Strong.IsMatch(value)))));
        return certain ? (term.Value, value) : null;
    }

    private static readonly Regex OtherWords = new(@"[⁰¹²³⁴-⁹]|\s[^\x00-\x7F]$|\b(?:Lösung|Möglichkeit|Grund|solution|way|reason|problem|"
        + @"alternative|example|solución|solução|soluzione|manera|raison)$|\s(?:The|the|An|an|A|Il|il|Le|le|El|el|Der|Die|Das|O)\s|"
        + @"^\p{Lu}?\p{Ll}+(?:ly|mente)(?:\s|$)|\s(?:This|These|That|Dies|Diese[rs]?|Ce|Cette|Ces|Cela|Este|Esta|Esto|Isto|Isso|Questo|"
        + @"Questa)$", RegexOptions.CultureInvariant);

    private static readonly Regex SecondClause = new(@":\s|\b(?:and|or|et|und|oder|y|e)\s(?:is|are|may|can|has|il|elle|ist|est|es|è|é|"
        + @"kann|peut|it)\s|,\s(?:is|ist|est|es|è|é)\s|\s(?:e|y|et)\s(?:\S+\s){1,3}(?:é|è|es|est)\s|\b(?:and|or)\s(?:\S+\s){1,3}(?:is|are|"
        + @"to|says)\s|,\s(?:so|but|although|while|whereas|different|however|not)\b|;|\s(?:und|oder)\s\S+\sist\s|,\s(?:aber|jedoch|"
        + @"sondern|mais|pero|mas|ma)\s|^(?!.*\bum\b)[^,]*\szu\s\p{Ll}{3,}n$", RegexOptions.CultureInvariant);

    private static readonly Regex Variable = new(@"^\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}*)+$", RegexOptions.CultureInvariant);
}
