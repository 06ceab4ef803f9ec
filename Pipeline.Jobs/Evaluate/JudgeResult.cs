namespace Pipeline.Jobs.Evaluate;

/// <summary>What a judge thinks of replies, and how far it agrees with string match.</summary>
/// <param name="Model">The model that judged.</param>
/// <param name="Side">Whose replies.</param>
/// <param name="Verdicts">Whether reply and right answer mean the same, by id of the question; null where the judge failed.</param>
/// <param name="Agreement">Share of the judged replies on which judge and string match agree, 0 to 1; 0 without any.</param>
/// <param name="Kappa">Cohen's kappa of the two: agreement beyond chance, -1 to 1; 1 where both say the same of all replies.</param>
public sealed record JudgeResult(string Model, string Side, IReadOnlyDictionary<string, bool?> Verdicts, double Agreement, double Kappa)
{
    /// <summary>Replies judged.</summary>
    public int Judged => Verdicts.Values.Count(verdict => verdict is not null);

    /// <summary>Of these, replies that mean the same as the right answer.</summary>
    public int Right => Verdicts.Values.Count(verdict => verdict == true);

    /// <summary>Replies that could not be judged.</summary>
    public int Failures => Verdicts.Count - Judged;
}
