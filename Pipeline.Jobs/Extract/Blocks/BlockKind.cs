namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>What a block of a page is.</summary>
public enum BlockKind
{
    /// <summary>Title or section heading, with a level.</summary>
    Heading,

    /// <summary>Running text.</summary>
    Paragraph,

    /// <summary>One item of a list; the text is without its bullet.</summary>
    ListItem,

    /// <summary>A table; its cells are in <see cref="ExtractedDocument.Tables"/>.</summary>
    Table,

    /// <summary>A picture; its image is in <see cref="ExtractedDocument.Figures"/>.</summary>
    Figure,

    /// <summary>The lines that name and explain a figure or table.</summary>
    Caption,

    /// <summary>Text repeated at the top of pages; not in the Markdown.</summary>
    Header,

    /// <summary>Text repeated at the foot of pages; not in the Markdown.</summary>
    Footer,

    /// <summary>The number of the page; not in the Markdown.</summary>
    PageNumber,

    /// <summary>Lines of a program or a terminal; the text keeps its line ends and indentation.</summary>
    Code,

    /// <summary>A displayed formula; its TeX and picture are in <see cref="ExtractedDocument.Formulas"/>.</summary>
    Formula,

    /// <summary>The numbers beside the lines of a page; not in the Markdown.</summary>
    LineNumber,
}
