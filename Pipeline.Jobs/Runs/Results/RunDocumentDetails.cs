using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>A document of a run with all that was read in it.</summary>
/// <param name="Entry">The document in the run's list.</param>
/// <param name="Document">What was read, descriptions of figures included; null before or without an extraction.</param>
/// <param name="Adapters">Published adapters of runs over this document, newest first.</param>
public sealed record RunDocumentDetails(DocumentEntry Entry, ExtractedDocument? Document, IReadOnlyList<TaughtAdapter> Adapters);

/// <summary>An adapter of a run in which a document took part.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RunId">Its run.</param>
public sealed record TaughtAdapter(string Name, Guid RunId);
