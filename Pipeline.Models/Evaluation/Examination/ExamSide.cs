namespace Pipeline.Models.Evaluation.Examination;

/// <summary>A model under examination: the base alone or with an adapter.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Adapter">Adapter folder in PEFT's layout; null for the base.</param>
public sealed record ExamSide(string Name, string? Adapter)
{
    /// <summary>The name of the base alone.</summary>
    public const string Base = "base";

    /// <summary>Chat template by name, where it is another than that of the examination: it belongs to an adapter as trained.</summary>
    public string? Template { get; init; }

    /// <summary>The same of the system message.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>Questions this side was trained on: it is not compared on them. Empty for none.</summary>
    public IReadOnlySet<string> Trained { get; init; } = new HashSet<string>();
}
