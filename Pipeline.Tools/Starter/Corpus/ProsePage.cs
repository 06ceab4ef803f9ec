namespace Pipeline.Tools.Starter.Corpus;

/// <summary>One page: its package and path, and its sections in reading order.</summary>
internal sealed record ProsePage(string Name, IReadOnlyList<ProseSection> Sections);
