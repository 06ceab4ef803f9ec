namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Which columns a row needs. Rows of one kind stand in one file.</summary>
internal enum RowKind
{
    /// <summary>Questions and answers.</summary>
    Instruction,
    /// <summary>Text to continue.</summary>
    Text,
    /// <summary>A better and a worse answer.</summary>
    Pair,
    /// <summary>An answer with a mark whether it is wanted.</summary>
    Marked,
    /// <summary>A question about pictures.</summary>
    Image,
    /// <summary>A conversation with calls of tools.</summary>
    Tools,
}
