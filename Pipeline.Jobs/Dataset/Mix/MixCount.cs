namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>What a source gave.</summary>
/// <param name="Source"><c>documents</c>, <c>text</c>, or the file.</param>
/// <param name="Rows">Rows it has that may be trained.</param>
/// <param name="Used">Of these, the ones that are.</param>
/// <param name="Examples">Examples of an epoch: rows, each as often as it is trained.</param>
/// <param name="Tokens">Their tokens.</param>
public sealed record MixCount(string Source, int Rows, int Used, long Examples, long Tokens);
