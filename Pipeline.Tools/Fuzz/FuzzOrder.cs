namespace Pipeline.Tools.Fuzz;

/// <summary>What to try.</summary>
/// <param name="Files">Whole PDFs to break.</param>
/// <param name="Runs">Number of runs.</param>
/// <param name="Seed">Decides what is done to which file.</param>
/// <param name="First">Number of the first run.</param>
/// <param name="Seconds">Limit of one try of one document.</param>
/// <param name="Megabytes">Memory limit of a parser process.</param>
/// <param name="Parallel">Documents at a time.</param>
/// <param name="Keep">Folder for the files of findings; null keeps none.</param>
/// <param name="KeepAll">Keeps the file of every run, not only of findings.</param>
/// <param name="Alone">This process does nothing else: what it leaves open at the end is a finding.</param>
/// <param name="Json">End with one JSON object on the last line.</param>
internal sealed record FuzzOrder(
    IReadOnlyList<string> Files, int Runs, int Seed, int First, int Seconds, int Megabytes, int Parallel, string? Keep, bool KeepAll,
    bool Alone, bool Json);
