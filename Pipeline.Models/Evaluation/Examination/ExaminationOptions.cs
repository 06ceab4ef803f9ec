using Pipeline.Models.Datasets;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>How an examination is held.</summary>
public sealed record ExaminationOptions
{
    /// <summary>Chat template by name; null for the first adapter's, else the model's own.</summary>
    public string? Template { get; init; }

    /// <summary>System message for questions without one; null for the first adapter's or the template's own.</summary>
    public string? DefaultSystem { get; init; }

    /// <summary>Questions asked together.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens after which a reply is cut.</summary>
    public int MaxNewTokens { get; init; } = 48;

    /// <summary>Whether questions are asked once more with the text that answers them.</summary>
    public bool OpenBook { get; init; } = true;

    /// <summary>Most questions of the open book; they are spread evenly over the examination.</summary>
    public int OpenBookItems { get; init; } = 40;

    /// <summary>Most tokens of a text of the open book; longer ones are cut.</summary>
    public int OpenBookTokens { get; init; } = 1024;

    /// <summary>Whether general knowledge is measured.</summary>
    public bool Retention { get; init; } = true;

    /// <summary>Its languages, ISO 639-1; empty for all of the set.</summary>
    public IReadOnlyList<string> RetentionLanguages { get; init; } = [];

    /// <summary>Held-out wordings for the loss; empty for none.</summary>
    public IReadOnlyList<InstructionExample> HeldOut { get; init; } = [];

    /// <summary>Most tokens of a held-out wording, as in training.</summary>
    public int CutoffLen { get; init; } = 2048;

    /// <summary>
    /// File that keeps replies while the examination goes on, so that one that is begun again asks only what is missing; null for none.
    /// It is taken for this examination only: questions, sides (by <see cref="ExamSide.Name"/>, folder and weights) and settings.
    /// </summary>
    public string? Journal { get; init; }

    /// <summary>Called after each batch with how many replies and measurements are done, and how many there are in all.</summary>
    public Action<int, int>? Progress { get; init; }
}
