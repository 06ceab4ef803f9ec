using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Which of all rows of a run stay: personal data, lengths, excluded files, duplicates, contradictions, balance.</summary>
public static class RowFilter
{
    /// <summary>
    /// All rows, those that do not stay rejected under a reason; in an order that follows from them alone, so equal rows give equal
    /// results whatever order they come in. Rows that are rejected already take no part.
    /// </summary>
    /// <param name="rows">Verified rows.</param>
    /// <param name="options">What stays.</param>
    /// <param name="countTokens">Tokens of a text by the base model's tokenizer.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<Row> Filter(
        IReadOnlyList<Row> rows, FilterOptions options, Func<string, int> countTokens, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(countTokens);
        FilterState state = new(RowOrder.Canonical(options.MaskPersonal ? rows.Select(Masked) : rows));
        ExcludedTexts excluded = new(options.Excluded);
        foreach (int i in state.Kept().ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Row row = state.Rows[i];
            if (excluded.Find(row) is string found)
                state.Reject(i, Reasons.Excluded, found);
            else if (!RowOrder.IsProtected(row) && Length(row, options, countTokens) is (string reason, string detail))
                state.Reject(i, reason, detail);
        }
        Contradictions.Reject(state);
        cancellationToken.ThrowIfCancellationRequested();
        Duplicates.RejectEqual(state);
        Duplicates.RejectNear(state, options.NearDuplicate, cancellationToken);
        Balance.Reject(state, options);
        return state.Rows;
    }

    private static (string Reason, string Detail)? Length(Row row, FilterOptions options, Func<string, int> countTokens)
    {
        int characters = row.Messages.Sum(m => m.Content.Length) + (row.Text?.Length ?? 0) + (row.Rejected?.Length ?? 0);
        if (row.Type is RowType.Text or RowType.Rewrite && row.Answer.Trim().Length < options.MinCharacters)
            return (Reasons.TooShort, string.Create(CultureInfo.InvariantCulture, $"{row.Answer.Trim().Length} characters"));
        if (characters > options.MaxCharacters)
            return (Reasons.TooLong, string.Create(CultureInfo.InvariantCulture, $"{characters} characters"));
        // No tokenizer makes more tokens than there are bytes, so short rows need not be counted.
        if (options.MaxTokens is not int most || characters * 3L <= most)
            return null;
        int tokens = row.Messages.Sum(m => countTokens(m.Content)) + (row.Text is null ? 0 : countTokens(row.Text))
            + (row.Rejected is null ? 0 : countTokens(row.Rejected));
        return tokens > most ? (Reasons.TooLong, string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens")) : null;
    }

    private static Row Masked(Row row)
    {
        if (row.State == RowState.Rejected)
            return row;
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        string Mask(string text) => PersonalData.Mask(text, counts);
        Row masked = row with
        {
            Messages = [.. row.Messages.Select(m => m with { Content = Mask(m.Content) })],
            Text = row.Text is null ? null : Mask(row.Text),
            Rejected = row.Rejected is null ? null : Mask(row.Rejected),
        };
        if (counts.Count == 0)
            return row;
        RowVerdict verdict = new("personal_data", true, string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}")));
        string? expected = row.Expected is null ? null : Mask(row.Expected);
        masked = RowHash.WithHash(masked with
        {
            Expected = expected,
            Evidence = Mask(row.Evidence),
            Verdicts = [.. row.Verdicts, verdict]
        });
        // What was asked for is not to be known, so there is nothing left to learn.
        return expected != row.Expected || PersonalData.IsMask(masked.Answer)
            ? masked.Reject(Reasons.Empty, new("personal_data", false, "the answer is personal data")) : masked;
    }
}
