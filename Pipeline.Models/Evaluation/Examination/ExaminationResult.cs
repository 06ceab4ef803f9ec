namespace Pipeline.Models.Evaluation.Examination;

/// <summary>All questions and all replies of an examination; figures are computed from it.</summary>
public sealed record ExaminationResult
{
    /// <summary>The questions.</summary>
    public required IReadOnlyList<ExamItem> Items { get; init; }

    /// <summary>Questions about documents that no side has seen.</summary>
    public IReadOnlyList<ExamItem> Control { get; init; } = [];

    /// <summary>The sides in the order given: the base, the adapter examined, and others.</summary>
    public required IReadOnlyList<SideResult> Sides { get; init; }

    /// <summary>Tokens after which a reply was cut.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>What a reader must know: choice of template, failures.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>A side by name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public SideResult Side(string name) => Sides.First(side => side.Name == name);
}
