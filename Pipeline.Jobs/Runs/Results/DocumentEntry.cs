namespace Pipeline.Jobs.Runs.Results;

/// <summary>A document of a run.</summary>
/// <param name="Id">Its part in the run.</param>
/// <param name="Path">Path below the source folder, or the uploaded name.</param>
/// <param name="Sha256">Its content.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="State"><c>pending</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>duplicate</c> or <c>canceled</c>.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="DuplicateOf">Path of the file with the same content.</param>
/// <param name="Pages">Pages, once extracted.</param>
/// <param name="Figures">Figures, once extracted.</param>
/// <param name="Captions">Figures described.</param>
/// <param name="Warnings">What its reader should know, with pages: repaired, turned, unreadable, kept as a picture.</param>
/// <param name="Files">
/// Path inside the extraction (<c>document.md</c>, <c>document.captioned.md</c>, <c>images/…</c>) to artifact hash.
/// </param>
public sealed record DocumentEntry(
    Guid Id, string Path, string Sha256, long Bytes, string State, string? Error, string? DuplicateOf,
    int? Pages, int? Figures, int Captions, IReadOnlyList<string> Warnings, IReadOnlyDictionary<string, string> Files);
