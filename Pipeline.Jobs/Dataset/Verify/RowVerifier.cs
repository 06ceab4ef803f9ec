using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>
/// Rules that a row must pass beside the chunk it was made from: it can be read, understood alone, answered, and every number, name and
/// content word of its answer has a source. No model takes part, so equal rows give equal verdicts.
/// </summary>
public static class RowVerifier
{
    /// <summary>The row with its verdicts, rejected under the first that did not pass. Control tokens in its texts are
    /// neutralised.</summary>
    /// <param name="chunk">What the row was made from.</param>
    /// <param name="row">The row; one that is rejected already comes back as it is.</param>
    /// <param name="languageMatches">Whether a text is, or may be, in a language given as ISO 639-1.</param>
    public static Row Verify(Chunk chunk, Row row, Func<string, string, bool> languageMatches)
    {
        if (row.State == RowState.Rejected)
            return row;
        (Row verified, int tokens) = ControlTokens.Neutralise(row);
        if (tokens > 0)
            verified = With(verified, new("control_tokens", true, $"{tokens} neutralised"));
        foreach ((string check, string reason, Func<string?> find) in Checks(chunk, verified, languageMatches))
        {
            string? found = find();
            RowVerdict verdict = new(check, found is null, found is { Length: > 200 } ? TextWords.WellFormed(found[..200]) : found);
            if (found is not null)
                return verified.Reject(reason, verdict);
            verified = With(verified, verdict);
        }
        return verified;
    }

    private static Row With(Row row, RowVerdict verdict) => row with { Verdicts = [.. row.Verdicts, verdict] };

    private static IEnumerable<(string Check, string Reason, Func<string?> Find)> Checks(
        Chunk chunk, Row row, Func<string, string, bool> languageMatches)
    {
        yield return ("readable", Reasons.Unreadable, () => row.Messages.Select(m => m.Content).Append(row.Text ?? "")
            .Append(row.Rejected ?? "")
            .Append(row.Expected ?? "").Select(ReadableCheck.Fault).FirstOrDefault(f => f is not null));
        yield return ("not_empty", Reasons.Empty, () => Empty(row));
        if (row.Type is RowType.Text or RowType.Imported or RowType.Image or RowType.Preference)
            yield break;
        SourceText question = new(row.Question);
        List<string> answer = [.. TextWords.Of(row.Answer).Select(TextWords.Fold)];
        SourceText source = SourceText.Of(chunk);
        yield return ("language", Reasons.WrongLanguage, () => WrongLanguage(chunk, row, source, languageMatches));
        yield return ("is_question", Reasons.NoQuestion, () => QuestionCheck.NoQuestion(row));
        yield return ("self_contained", Reasons.NotSelfContained, () => QuestionCheck.NotSelfContained(row, chunk.Title));
        if (row.Type == RowType.Refusal)
        {
            yield return ("refusal", Reasons.Ungrounded, () => row.Language is not ("en" or "es" or "de" or "fr" or "pt" or "it")
                || Phrases.Refusal(answer, row.Language) is not null || Phrases.Denies(answer) ? null : "the answer is no refusal");
            yield break;
        }
        yield return ("answers", Reasons.NotAnswerable, () => answer.Count <= 40 ? Phrases.Refusal(answer, row.Language) is string phrase
            && !source.HasExactly(TextWords.Flat(row.Answer).TrimEnd('.'), StringComparison.OrdinalIgnoreCase) ? phrase : null : null);
        yield return ("answer_not_in_question", Reasons.AnswerInQuestion, () => QuestionCheck.AnswerInQuestion(row, question));
        Lazy<SourceText> span = new(() => new(AnswerSource.Of(chunk, row)));
        yield return ("numbers_in_source", Reasons.WrongNumber, () => GroundingCheck.WrongNumber(row, source, span.Value, question));
        yield return ("names_in_source", Reasons.WrongName, () => WrongName(row, source, question));
        yield return ("words_in_source", Reasons.Ungrounded, () => GroundingCheck.Ungrounded(row, source, span.Value, question));
    }

    private static string? Empty(Row row)
    {
        if (!row.Answer.Any(c => char.IsLetterOrDigit(c) || char.IsSymbol(c)))
            return "no answer";
        if (row.Messages.Count == 0)
            return null;
        return row.Messages[^1].Role != "assistant" ? "no answer"
            : row.Question.Any(char.IsLetterOrDigit) ? null : "no question";
    }

    private static string? WrongName(Row row, SourceText source, SourceText question)
    {
        if (GroundingCheck.IsStrict(row.Type) && NameCheck.FirstUnknown(row.Question, source, null, row.Language,
            capitalised: false) is string asked)
            return $"question: {asked}";
        string? name = NameCheck.FirstUnknown(row.Answer, source, question, row.Language, capitalised: true);
        if (name is not null || !GroundingCheck.IsStrict(row.Type) || !NameCheck.IsAllNames(row.Answer))
            return name;
        // The first word of an answer that is nothing but a name.
        string first = row.Answer.Trim().Split(' ', 2)[0].Trim('.', ',', '"');
        string word = TextWords.Fold(TextWords.WellFormed(first).ToLowerInvariant());
        return word.All(char.IsLetter) && word.Length > 2 && !source.Has(word) && !question.Has(word) && !StopWords.Of(row.Language)
            .Contains(word)
            ? first : null;
    }

    private static string? WrongLanguage(Chunk chunk, Row row, SourceText source, Func<string, string, bool> languageMatches)
    {
        if (chunk.Language != "und" && row.Language != chunk.Language)
            return $"{row.Language} beside a text in {chunk.Language}";
        if (row.Language == "und")
            return null;
        if (!LanguageCheck.Fits(row.Question, row.Language, languageMatches))
            return "question";
        // What is printed in the source is in its language.
        bool printed = source.HasExactly(TextWords.Flat(row.Answer).TrimEnd('.'), StringComparison.OrdinalIgnoreCase);
        return printed || LanguageCheck.Fits(row.Answer, row.Language, languageMatches) ? null : "answer";
    }
}
