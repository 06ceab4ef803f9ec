namespace Pipeline.Jobs.Extract;

/// <summary>What a run keeps of a document that was read, beside its files.</summary>
/// <param name="Pages">Number of its pages.</param>
/// <param name="Figures">Number of its figures.</param>
/// <param name="Warnings">What its reader should know, with pages.</param>
internal sealed record ReadDocument(int Pages, int Figures, IReadOnlyList<string> Warnings);
