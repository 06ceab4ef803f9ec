namespace Pipeline.Models.Generation;

/// <summary>How text is generated. The defaults are greedy.</summary>
public sealed record GenerationOptions
{
    /// <summary>Maximum tokens to generate.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>0 takes the likeliest token each time; larger values flatten the distribution that is drawn from.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws from the likeliest tokens that together reach this probability; 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Draws from this many likeliest tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Above 1 makes tokens that already occurred, the prompt's included, less likely. As in transformers.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the draws: the same seed, prompt and options give the same tokens.</summary>
    public long Seed { get; init; }

    /// <summary>Ids that end the generation, in addition to the model's own.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Texts that end the generation; they are not part of the result.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Continues past the model's own end tokens until <see cref="MaxNewTokens"/>, for measurements.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Checks all ranges.</summary>
    /// <exception cref="InputException">Lists every value out of range.</exception>
    public void Validate()
    {
        List<string> faults = new();
        if (MaxNewTokens < 1)
            faults.Add($"max_new_tokens is {MaxNewTokens}, must be at least 1");
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            faults.Add($"temperature is {Temperature}, must be 0 (greedy) or more");
        if (!(TopP is > 0 and <= 1))
            faults.Add($"top_p is {TopP}, must be above 0 and at most 1");
        if (TopK < 0)
            faults.Add($"top_k is {TopK}, must be 0 (all) or more");
        if (!(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty)))
            faults.Add($"repetition_penalty is {RepetitionPenalty}, must be above 0");
        if (StopStrings.Any(string.IsNullOrEmpty))
            faults.Add("a stop text is empty");
        if (faults.Count > 0)
            throw new InputException(string.Join("; ", faults) + ".");
    }
}
