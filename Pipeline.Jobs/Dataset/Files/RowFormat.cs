namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A format that rows are written in. By name in lower case.</summary>
public enum RowFormat
{
    /// <summary>JSON Lines with instruction, input, output, system, history.</summary>
    Alpaca,
    /// <summary>JSON Lines with conversations of from and value.</summary>
    Sharegpt,
    /// <summary>JSON Lines with messages of role and content.</summary>
    Messages,
    /// <summary>A table in alpaca's columns.</summary>
    Csv,
    /// <summary>Apache Parquet with a list of messages.</summary>
    Parquet,
    /// <summary>Plain text: only rows of text, a form feed between them.</summary>
    Text,
}
