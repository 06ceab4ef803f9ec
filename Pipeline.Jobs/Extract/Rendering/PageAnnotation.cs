using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Rendering;

internal enum AnnotationKind
{
    /// <summary>A place that leads to an address.</summary>
    Link,

    /// <summary>Text typed onto the page.</summary>
    FreeText,

    /// <summary>What a field of a form holds.</summary>
    Field,
}

/// <summary>Something that lies on a page and says something, beside its content.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Box">Where it is, in displayed page points.</param>
/// <param name="Text">The address, the text, or the value; ticks are ☑ and ☐.</param>
internal readonly record struct PageAnnotation(AnnotationKind Kind, Box Box, string Text);
