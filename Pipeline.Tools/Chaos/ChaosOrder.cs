namespace Pipeline.Tools.Chaos;

/// <summary>What the harness is asked to do.</summary>
/// <param name="Runs">Runs to inject faults into.</param>
/// <param name="Seed">Decides which faults, and when.</param>
/// <param name="Documents">Documents of each run.</param>
/// <param name="Only">Faults to choose from; empty means all.</param>
/// <param name="Json">Whether the last line is one JSON object.</param>
internal sealed record ChaosOrder(int Runs, int Seed, int Documents, IReadOnlyList<ChaosFault> Only, bool Json);
