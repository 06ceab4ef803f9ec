using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>Two sides on the questions that both answered and neither was trained on. Questions without an answer are not among
/// them.</summary>
public sealed record SideComparison
{
    /// <summary>The side examined.</summary>
    public required string Side { get; init; }

    /// <summary>The side it is compared with.</summary>
    public required string With { get; init; }

    /// <summary><c>better</c>, <c>worse</c> or <c>no_difference</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The difference over all questions.</summary>
    public required PairedDifference Difference { get; init; }

    /// <summary>The same per document, in the order of their names.</summary>
    public required IReadOnlyList<GroupDifference> ByDocument { get; init; }

    /// <summary>The same per type of question.</summary>
    public required IReadOnlyList<GroupDifference> ByType { get; init; }

    /// <summary>The difference over the control, where nothing was learned; null without one.</summary>
    public PairedDifference? Control { get; init; }

    /// <summary>Questions left out because one of the two was trained on them.</summary>
    public required int Trained { get; init; }

    /// <summary>Questions left out because a call of the model failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Compares two sides.</summary>
    /// <param name="result">The examination.</param>
    /// <param name="side">Name of the side examined.</param>
    /// <param name="with">Name of the other.</param>
    public static SideComparison Of(ExaminationResult result, string side, string with)
    {
        ArgumentNullException.ThrowIfNull(result);
        SideResult examined = result.Side(side), other = result.Side(with);
        HashSet<string> trained = [.. examined.Trained, .. other.Trained];
        Pair[] asked = [.. Pairs(result.Items, other.Closed, examined.Closed)];
        Pair[] usable = [.. asked.Where(pair => !trained.Contains(pair.Item.Id))];
        Pair[] pairs = [.. usable.Where(pair => pair.IsWhole)];
        PairedDifference difference = PairedDifference.Of(pairs.Select(pair => pair.Outcome));
        return new SideComparison
        {
            Side = side,
            With = with,
            Verdict = Statistics.Verdict.Of(difference).Name,
            Difference = difference,
            ByDocument = Groups(pairs, pair => pair.Item.Document),
            ByType = Groups(pairs, pair => pair.Item.Type),
            Control = result.Control.Count == 0 ? null : PairedDifference.Of(
                Pairs(result.Control, other.Control, examined.Control).Where(pair => pair.IsWhole).Select(pair => pair.Outcome)),
            Trained = asked.Length - usable.Length,
            Failed = usable.Length - pairs.Length,
        };
    }

    private static IEnumerable<Pair> Pairs(IReadOnlyList<ExamItem> items, IReadOnlyList<ExamReply> first,
        IReadOnlyList<ExamReply> second) =>
        items.Select((item, i) => new Pair(item, first[i], second[i])).Where(pair => pair.Item.Answerable);

    private static GroupDifference[] Groups(IEnumerable<Pair> pairs, Func<Pair, string> nameOf) =>
        [.. pairs.GroupBy(nameOf, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new GroupDifference(group.Key, PairedDifference.Of(group.Select(pair => pair.Outcome))))];

    private sealed record Pair(ExamItem Item, ExamReply First, ExamReply Second)
    {
        public bool IsWhole => First.Failure is null && Second.Failure is null;

        public PairedOutcome Outcome => new(Item.Cluster, First.IsRight, Second.IsRight);
    }
}
