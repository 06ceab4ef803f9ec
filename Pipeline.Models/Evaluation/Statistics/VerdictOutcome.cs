namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>What a comparison shows.</summary>
public enum VerdictOutcome
{
    /// <summary>Neither is shown to be better.</summary>
    NoDifference,
    /// <summary>The model examined answers more.</summary>
    Better,
    /// <summary>It answers less.</summary>
    Worse,
}
