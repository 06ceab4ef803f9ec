namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>What the tags of a page say (PDF 32000-1 section 14.7), by number of marked content.</summary>
internal sealed class PageTags
{
    /// <summary>Levels of headings, from 1.</summary>
    public Dictionary<int, byte> Headings { get; } = [];

    /// <summary>What pictures show, in words.</summary>
    public Dictionary<int, string> Pictures { get; } = [];

    /// <summary>All content that has a tag.</summary>
    public HashSet<int> Tagged { get; } = [];
}
