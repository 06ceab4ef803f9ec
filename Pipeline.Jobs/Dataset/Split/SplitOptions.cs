namespace Pipeline.Jobs.Dataset.Split;

/// <summary>How many wordings are never trained. None of it may depend on what else is in the dataset.</summary>
public sealed record SplitOptions
{
    /// <summary>Fewest wordings of a fact, from which one of them is asked in the examination.</summary>
    public int MinWordings { get; init; } = 3;

    /// <summary>Number of wordings from which a second one can be.</summary>
    public int WordingsForTwo { get; init; } = 5;

    /// <summary>Share of wordings, 0 to 1, by hash, that can be a fact's second one in the examination.</summary>
    public double SecondFraction { get; init; } = 0.3;

    /// <summary>Share of facts, 0 to 1, by hash, of which a further wording serves early stopping.</summary>
    public double EvalFraction { get; init; } = 0.1;

    /// <summary>Facts that serve early stopping at least, where a quarter of all facts are as many.</summary>
    public int MinEvalFacts { get; init; } = 8;

    /// <summary>Share of refusals, 0 to 1, by hash, that are asked in the examination.</summary>
    public double RefusalExamFraction { get; init; } = 0.3;

    /// <summary>Likeness of questions, 0 to 1, from which a wording is too close to an examined one of the same fact to be
    /// trained.</summary>
    public double NearDuplicate { get; init; } = 0.8;
}
