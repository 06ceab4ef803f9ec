namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>Where the characters of a page went.</summary>
public enum CharacterPlace
{
    /// <summary>All characters that the page draws, and those typed into its fields; blanks do not count.</summary>
    Total,

    /// <summary>Into headings, paragraphs, lists, captions and programs.</summary>
    Text,

    /// <summary>Into tables.</summary>
    Table,

    /// <summary>The lettering of pictures: with the figure in <c>document.json</c>.</summary>
    FigureLettering,

    /// <summary>Displayed formulas: as TeX where that is certain, else with their picture in <c>document.json</c>.</summary>
    Formula,

    /// <summary>Running heads and feet, and notes in the margin that run up or down the page.</summary>
    RunningHead,

    /// <summary>Numbers of pages.</summary>
    PageNumber,

    /// <summary>Numbers of lines.</summary>
    LineNumber,

    /// <summary>The heads of a table, printed again on a later page.</summary>
    RepeatedHead,

    /// <summary>Not painted, covered, white on white, on a layer that is off, or too small to read.</summary>
    Hidden,

    /// <summary>Outside the part of the page that is shown.</summary>
    OutsidePage,

    /// <summary>Drawn again in the same place, for a shadow or for bold type.</summary>
    StruckTwice,

    /// <summary>The font does not say which character it is.</summary>
    Unreadable,

    /// <summary>Neither along nor across the page, such as a stamp over the text.</summary>
    Slanted,

    /// <summary>Lost: a fault of extraction.</summary>
    Unplaced,
}
