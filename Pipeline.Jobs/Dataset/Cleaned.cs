using Pipeline.Jobs.Dataset.Split;

namespace Pipeline.Jobs.Dataset;

/// <summary>What came of the characters of the documents.</summary>
/// <param name="Documents">Documents read.</param>
/// <param name="Chunks">Chunks made.</param>
/// <param name="Characters">Characters of all blocks.</param>
/// <param name="CharactersKept">Of these, the ones in chunks.</param>
/// <param name="LeftOut">The others, by reason.</param>
internal sealed record Cleaned(int Documents, int Chunks, long Characters, long CharactersKept, IReadOnlyDictionary<string, long> LeftOut)
{
    /// <summary>Name among the work files of a run.</summary>
    public const string File = "cleaned.json";

    /// <summary>Adds it to a funnel.</summary>
    public FunnelBuilder Into(FunnelBuilder funnel) => funnel.AddDocuments(Documents, Chunks, Characters, CharactersKept, LeftOut);
}
