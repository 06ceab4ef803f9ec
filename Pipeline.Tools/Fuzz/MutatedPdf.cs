namespace Pipeline.Tools.Fuzz;

/// <summary>A broken PDF.</summary>
/// <param name="Source">The whole file it was made of.</param>
/// <param name="Changes">What was done to it.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record MutatedPdf(string Source, string Changes, byte[] Content);
