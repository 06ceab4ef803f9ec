using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Whether a question is one, can be understood alone, and leaves something to answer.</summary>
internal static partial class QuestionCheck
{
    /// <summary>What keeps the user's message from being a question, an instruction or a gap to fill; null where nothing does.</summary>
    public static string? NoQuestion(Row row)
    {
        string question = row.Question.Trim();
        if (row.Type is RowType.Rewrite or RowType.KeyPoints or RowType.Cloze || question.AsSpan().IndexOfAny("?？؟…:：") >= 0
            || question.Contains("...", StringComparison.Ordinal) || question.Contains("__", StringComparison.Ordinal))
            return null;
        string flat = TextWords.Fold(TextWords.Flat(question.Length > 400 ? TextWords.WellFormed(question[..400]) : question)
            .ToLowerInvariant());
        // Languages without our lists are not judged.
        return row.Language is not ("en" or "es" or "de" or "fr" or "pt" or "it") || Instruction().IsMatch(flat) ? null : "no question";
    }

    /// <summary>What a reader without the document cannot resolve; null where there is nothing.</summary>
    /// <param name="row">The row.</param>
    /// <param name="title">Title of the document: a question that names it may name a place in it.</param>
    public static string? NotSelfContained(Row row, string title)
    {
        if (row.Type is RowType.Text or RowType.Image or RowType.Imported or RowType.Preference)
            return null;
        List<string> question = Unquoted(row.Question);
        // A message that brings the text along may speak of it.
        bool brings = row.Question.IndexOf(':') is > 0 and int colon && row.Question.Length - colon > 60;
        if (!brings && (Phrases.Pointer(question, row.Language) ?? (Names(row.Question, title) ? null : Phrases.NumberedPlace(question)))
                is string pointer)
            return pointer;
        if (row.Type is not RowType.Cloze && TextWords.Of(row.Question).Count <= 8 && GroundingCheck.Content(row.Question, row.Language)
            .Count == 0
            && !row.Question.Any(c => char.IsDigit(c) || TextWords.IsUnspaced(c)))
            return "nothing is named";
        if (Phrases.Pointer(Unquoted(row.Answer), row.Language) is string answer)
            return $"answer: {answer}";
        return GroundingCheck.IsStrict(row.Type) && row.Answer.TrimEnd() is { Length: > 1 } text && text[^1] is ':' or '：'
            ? "answer ends before what it announces" : null;
    }

    // What stands in quotation marks is a name or a title, whatever it says.
    private static List<string> Unquoted(string text) =>
        [.. TextWords.Of(Quoted().Replace(TextWords.WellFormed(text), " \u2016 ")).Select(TextWords.Fold)];

    private static bool Names(string question, string title) => TextWords.Normalised(title) is { Length: > 2 } name
        && $" {TextWords.Normalised(question)} ".Contains($" {name} ", StringComparison.Ordinal);

    /// <summary>Whether a question holds its answer, or the answer says nothing more than the question.</summary>
    public static string? AnswerInQuestion(Row row, SourceText question)
    {
        if (!GroundingCheck.IsStrict(row.Type))
            return null;
        string asked = $" {string.Join(' ', question.Words)} ";
        string printed = TextWords.Flat(row.Expected is { Length: > 0 } ? row.Expected : row.Answer).Trim('`', '"', ' ');
        string given = string.Join(' ', TextWords.Of(printed));
        // "--debug" is not the "debug" of the question.
        bool isName = printed.AsSpan().IndexOfAny("_/\\$~") >= 0 || printed.StartsWith('-') || printed.StartsWith('.');
        if (given.Length > 0 && (isName ? question.Flat.Contains(printed, StringComparison.OrdinalIgnoreCase)
            : asked.Contains($" {given} ", StringComparison.Ordinal)))
            return given;
        if (row.Expected is { Length: > 0 } || Polarity().IsMatch(row.Answer))
            return null;
        bool adds = GroundingCheck.Without(GroundingCheck.Content(row.Answer, row.Language), question).Count > 0
            || NumberReader.Read(TextWords.Flat(row.Answer), insideWords: true).Any(number => !question.Has(number))
            || TextWords.Of(row.Answer).Select(TextWords.Fold).Any(w => NumberWords.Value(w) is not null && !question.Words.Contains(w))
            || row.Answer.Any(char.IsSymbol);
        return adds ? null : "the answer adds nothing";
    }

    [GeneratedRegex(@"""[^""\n]{1,400}""|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\s*(?:yes|no|si|sim|nao|não|sí|ja|nein|oui|non)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Polarity();

    // The first word, or one after an opening phrase with a comma ("In Foo 2, name …"), asks or orders, in any of six languages.
    [GeneratedRegex(@"(?:^|, |[.!] )(?:please |bitte |por favor,? |per favore,? )?(?:"
        + @"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|must|may|will|would|has|have"
        + @"|list|name|give|state|tell|explain|describe|define|complete|finish|fill|write|rewrite|rephrase|paraphrase|summari[sz]e"
        + @"|compare|outline"
        + @"|identify|show|provide|mention|quote|recall|answer|say|put|continue|translate|discuss|specify|indicate|enumerate)\b"
        + @"|(?:que|cual|cuales|quien|cuando|donde|cuanto|cuanta|cuantos|como|en que|a que|de que|por que|para que|di|dime|da|dame|haz"
        + @"|pon)\b"
        + @"|(?:enumer|nombr|indi[cq]|explic|describ|descri|defin|complet|resum|reescrib|reescrev|compar|mencion|cit[aeo]|escrib"
        + @"|escrev|senal|diga"
        + @"|aponte|nomei|liste|list[ae]|parafrase|reformul|formul|precis|relacion|apresent|present|elenc|nomin|spieg|riassum|riscriv"
        + @"|confront|scriv"
        + @"|fornisc|dimmi|completa|sintetiz|sintetizz|erklar|beschreib|nenn|gib|geb|vervollstandig|erganz|fass|schreib|vergleich|zahl"
        + @"|definier"
        + @"|sag|erlauter|fuhr|stell|zeig|donn|nomm|expliqu|decri|resume|reecri|redig|montr|enonc|rappel)"
        + @"|(?:wer|was|wie|wo|wann|warum|welch|wieviel|womit|wozu|wofur|worin|wodurch|woraus|in welch|auf welch|mit welch|ist|sind"
        + @"|hat|kann|muss)"
        + @"|(?:qui|quel|quoi|quand|comment|pourquoi|combien|ou|est-ce|qu'|dans quel|a quel|de quel|dis|dites)"
        + @"|(?:qual|quais|quem|quando|onde|quanto|quanta|em que|o que|de (?:[ao]s?|um|uma|todos|todas)"
        + @"|quale|quali|chi|dove|cosa|che|perche|in che|dai)\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Instruction();
}
