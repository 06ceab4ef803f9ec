using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>
/// Which wordings of a fact are trained and which are only ever asked. The place of a wording follows from the fact and the wording alone,
/// never from file, value or run, so a document that is saved again, revised or joined by others keeps every wording on its side:
/// <list type="bullet">
/// <item>The examined wording of a fact with three wordings or more is the one with the smallest hash. A wording added later takes its
/// place or is trained; no trained one can move up.</item>
/// <item>A second one is examined from five wordings on, if its hash is below a fixed one. With fewer wordings that one is not trained
/// either but serves early stopping, because it is examined once there are five.</item>
/// <item>A wording that fell out of this dataset for what else is in it keeps its rank, so that the next, a trained one, does not move
/// up.</item>
/// <item>Wordings known to have been trained are not examined; with this a fact that had too few wordings and grows is safe too.</item>
/// </list>
/// Texts, rewritings and key points are trained, although they hold the values: that is how facts are read.
/// </summary>
public static class FactSplit
{
    /// <summary>The rows in their order, every kept one with its split; rejected where an examined question forbids to train
    /// them.</summary>
    /// <param name="rows">Filtered rows, the rejected ones too: they keep the ranks of their fact.</param>
    /// <param name="options">How many are not trained.</param>
    /// <param name="questionsAlreadyTrained">Hashes (<see cref="RowHash.OfQuestion"/>) of questions that an adapter to compare with has
    /// seen.</param>
    public static IReadOnlyList<Row> Divide(IReadOnlyList<Row> rows, SplitOptions options, IReadOnlySet<string>? questionsAlreadyTrained)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        SplitState state = new(rows, questionsAlreadyTrained);
        FactWordings[] facts = [.. FactWordings.Of(state, options).OrderBy(f => f.Fact, StringComparer.Ordinal)];
        foreach (FactWordings fact in facts)
            foreach ((int row, RowSplit split) in fact.Untrained(options))
                state.Splits[row] = split;
        Stop(facts, state, options);
        Refusals(state, options);
        return state.Finish(options);
    }

    /// <summary>Whether an examination can ask a row: it is a question about a fact with a short right answer.</summary>
    public static bool CanBeExamined(Row row) => row.Fact.Length > 0 && row.Expected is { Length: > 0 } && IsForward(row.Type);

    // A reverse question or comparison that is the only one of its kind has to be trained, or its direction would be asked and never
    // taught.
    private static bool IsForward(RowType type) => type is RowType.Question or RowType.Cloze or RowType.List or RowType.Figure;

    private static void Stop(FactWordings[] facts, SplitState state, SplitOptions options)
    {
        (FactWordings Fact, string Rank)[] eligible = [.. facts.Where(f => f.CanSpareOne(options))
            .Select(f => (f, RowHash.Of("eval", f.Fact)))
            .OrderBy(f => f.Item2, StringComparer.Ordinal)];
        int least = Math.Min(options.MinEvalFacts, eligible.Length / 4);
        for (int i = 0; i < eligible.Length; i++)
            if ((i < least || Fraction(eligible[i].Rank) < options.EvalFraction) && eligible[i].Fact.Last() is int row)
                state.Splits[row] = RowSplit.Eval;
    }

    private static void Refusals(SplitState state, SplitOptions options)
    {
        for (int i = 0; i < state.Rows.Count; i++)
            if (state.IsKept(i) && state.Rows[i].Type == RowType.Refusal && !state.IsTrained(i)
                && Fraction(RowHash.Of("refusal", TextWords.Normalised(state.Rows[i].Question))) < options.RefusalExamFraction)
                state.Splits[i] = RowSplit.Exam;
    }

    /// <summary>A hash as a number from 0 to 1.</summary>
    internal static double Fraction(string hash) =>
        uint.Parse(hash.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 4294967296.0;
}
