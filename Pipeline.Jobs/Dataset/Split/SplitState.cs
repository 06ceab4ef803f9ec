using Pipeline.Jobs.Dataset.Filter;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Split;

/// <summary>Rows while they are divided.</summary>
internal sealed class SplitState
{
    private readonly string[] _questions;
    private readonly IReadOnlySet<string>? _trained;

    public SplitState(IReadOnlyList<Row> rows, IReadOnlySet<string>? trained)
    {
        Rows = rows;
        _trained = trained;
        Splits = [.. rows.Select(r => r.State == RowState.Rejected ? RowSplit.None : RowSplit.Train)];
        _questions = [.. rows.Select(r => r.Question.Length == 0 ? "" : RowHash.OfQuestion(TextWords.WellFormed(r.Question)))];
    }

    /// <summary>All rows.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>What each is for.</summary>
    public RowSplit[] Splits { get; }

    /// <summary>Whether a row is part of the dataset.</summary>
    public bool IsKept(int row) => Rows[row].State != RowState.Rejected;

    /// <summary>Whether an adapter to compare with has seen the question.</summary>
    public bool IsTrained(int row) => _trained?.Contains(_questions[row]) == true;

    /// <summary>The rows with their splits, once no question is on two sides.</summary>
    public Row[] Finish(SplitOptions options)
    {
        (string, string)?[] rejected = new (string, string)?[Rows.Count];
        NearQuestionsOfOneFact(options, rejected);
        SameQuestionSameSide(rejected);
        return [.. Rows.Select((row, i) => rejected[i] is (string reason, string detail)
            ? row.Reject(reason, new("split", false, detail)) : row with { Split = Splits[i] })];
    }

    private void NearQuestionsOfOneFact(SplitOptions options, (string, string)?[] rejected)
    {
        foreach (IGrouping<string, int> fact in Enumerable.Range(0, Rows.Count)
            .Where(i => IsKept(i) && Rows[i].Fact.Length > 0 && Duplicates.IsAsked(Rows[i].Type))
            .GroupBy(i => Rows[i].Fact, StringComparer.Ordinal))
        {
            int[] asked = [.. fact.Where(i => Splits[i] != RowSplit.Train)], trained = [.. fact.Where(i => Splits[i] == RowSplit.Train)];
            ulong[][] sets = [.. asked.Select(i => Shingles.Of(Rows[i].Question))];
            int[] near = sets.Length == 0 ? [] : [.. trained.Where(i => Shingles.Of(Rows[i].Question) is ulong[] own
                && sets.Any(set => Shingles.Jaccard(own, set) >= options.NearDuplicate))];
            // Wordings that are all alike are one, and a fact with one wording is trained.
            if (asked.Length > 0 && near.Length == trained.Length)
                foreach (int i in asked)
                    Splits[i] = RowSplit.Train;
            else
                foreach (int i in near)
                    rejected[i] = (Reasons.NearDuplicate, "of an examined wording");
        }
    }

    // A question that is examined for one fact must not be trained for another, nor in an earlier turn of a conversation.
    private void SameQuestionSameSide((string, string)?[] rejected)
    {
        Dictionary<string, RowSplit> sides = new(StringComparer.Ordinal);
        for (int i = 0; i < Rows.Count; i++)
            if (Splits[i] is RowSplit.Exam or RowSplit.Eval)
                sides[_questions[i]] = (RowSplit)Math.Max((int)Splits[i], (int)sides.GetValueOrDefault(_questions[i]));
        for (int i = 0; i < Rows.Count; i++)
        {
            if (!IsKept(i) || rejected[i] is not null || _questions[i].Length == 0)
                continue;
            if (sides.TryGetValue(_questions[i], out RowSplit side))
            {
                if (Splits[i] != RowSplit.Train || Rows[i].Expected is { Length: > 0 } || Rows[i].Type == RowType.Refusal)
                    Splits[i] = side;
                else
                    rejected[i] = (Reasons.Duplicate, "of an examined question");
            }
            else if (Rows[i].Messages.Count > 2 && Rows[i].Messages.Any(m => m.Role == "user"
                && sides.ContainsKey(RowHash.OfQuestion(TextWords.WellFormed(m.Content)))))
                rejected[i] = (Reasons.Duplicate, "holds an examined question");
        }
    }
}
