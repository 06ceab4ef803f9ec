namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>What a row teaches. In JSON in snake case.</summary>
public enum RowType
{
    /// <summary>A question about a fact and its answer.</summary>
    Question,
    /// <summary>The question the other way round: from the value to its subject.</summary>
    Reverse,
    /// <summary>A sentence to complete.</summary>
    Cloze,
    /// <summary>All items of an enumeration, or all values of a subject.</summary>
    List,
    /// <summary>Two subjects, or two sections, compared.</summary>
    Comparison,
    /// <summary>The text of a chunk in another style.</summary>
    Rewrite,
    /// <summary>The key points of a chunk.</summary>
    KeyPoints,
    /// <summary>What follows from what a chunk says.</summary>
    Implication,
    /// <summary>What a figure shows.</summary>
    Figure,
    /// <summary>A question that the documents cannot answer, and a refusal.</summary>
    Refusal,
    /// <summary>Clean text as it stands, to be continued.</summary>
    Text,
    /// <summary>A question about an image.</summary>
    Image,
    /// <summary>A question with a chosen and a rejected answer.</summary>
    Preference,
    /// <summary>A row of a user's own file.</summary>
    Imported,
}
