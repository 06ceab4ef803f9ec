using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>What one side's replies come to. Failures count in none of the shares.</summary>
public sealed record SideFigures
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Closed-book questions answered right.</summary>
    public required Proportion Right { get; init; }

    /// <summary>Answered with exactly the expected answer.</summary>
    public required Proportion Exact { get; init; }

    /// <summary>Of the questions whose answer has numbers, those whose reply has all of them.</summary>
    public required Proportion Numbers { get; init; }

    /// <summary>Replies in which the answer stands as words of its own.</summary>
    public required Proportion Contains { get; init; }

    /// <summary>Mean token F1, 0 to 1.</summary>
    public required double TokenF1 { get; init; }

    /// <summary>Mean ROUGE-L, 0 to 1.</summary>
    public required double RougeL { get; init; }

    /// <summary>Mean chrF, 0 to 1.</summary>
    public required double ChrF { get; init; }

    /// <summary>Open-book questions answered right: what reading gives, the upper bound of what knowing can; of none without it.</summary>
    public required Proportion OpenBook { get; init; }

    /// <summary>The closed-book share over the questions of the open book alone, to compare with it.</summary>
    public required Proportion ClosedOfOpenBook { get; init; }

    /// <summary>Questions of the control answered right; of none without a control.</summary>
    public required Proportion Control { get; init; }

    /// <summary>Questions that the documents cannot answer, refused.</summary>
    public required Proportion Refused { get; init; }

    /// <summary>Questions that they can answer, refused all the same.</summary>
    public required Proportion FalselyRefused { get; init; }

    /// <summary>Replies cut at the limit of tokens.</summary>
    public required int Cut { get; init; }

    /// <summary>Calls of the model that failed, open book and control included.</summary>
    public required int Failures { get; init; }

    /// <summary>The figures of a side.</summary>
    public static SideFigures Of(ExaminationResult result, SideResult side)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(side);
        (ExamItem Item, ExamReply Reply)[] replied = [.. result.Items.Zip(side.Closed).Where(pair => pair.Second.Failure is null)];
        ExamReply[] known = [.. replied.Where(pair => pair.Item.Answerable).Select(pair => pair.Reply)];
        ExamReply[] unknown = [.. replied.Where(pair => !pair.Item.Answerable).Select(pair => pair.Reply)];
        ExamReply[] open = [.. side.Open.Values.Where(reply => reply.Failure is null)];
        ExamReply[] control = [.. result.Control.Zip(side.Control).Where(p => p.First.Answerable && p.Second.Failure is null)
            .Select(p => p.Second)];
        return new SideFigures
        {
            Name = side.Name,
            Right = Share(known, reply => reply.IsRight),
            Exact = Share(known, reply => reply.Score!.IsExact),
            Numbers = Share([.. known.Where(reply => reply.Score!.HasNumbers is not null)], reply => reply.Score!.HasNumbers == true),
            Contains = Share(known, reply => reply.Score!.Contains),
            TokenF1 = Mean(known, reply => reply.Score!.TokenF1),
            RougeL = Mean(known, reply => reply.Score!.RougeL),
            ChrF = Mean(known, reply => reply.Score!.ChrF),
            OpenBook = Share(open, reply => reply.IsRight),
            ClosedOfOpenBook = Share([.. replied.Where(pair => side.Open.ContainsKey(pair.Item.Id)).Select(pair => pair.Reply)],
                reply => reply.IsRight),
            Control = Share(control, reply => reply.IsRight),
            Refused = Share(unknown, reply => reply.IsRefusal),
            FalselyRefused = Share(known, reply => reply.IsRefusal),
            Cut = known.Count(reply => reply.IsCut),
            Failures = side.Closed.Concat(side.Open.Values).Concat(side.Control).Count(reply => reply.Failure is not null),
        };
    }

    private static Proportion Share(ExamReply[] replies, Func<ExamReply, bool> isTrue) => new(replies.Count(isTrue), replies.Length);

    private static double Mean(ExamReply[] replies, Func<ExamReply, double> of) => replies.Length == 0 ? 0 : replies.Average(of);
}
