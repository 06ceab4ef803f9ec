namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A row of a user's file that cannot be used.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, or number of the row in files without lines, from 1.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedRow(string File, int Line, string Reason)
{
    /// <summary>As one line of a message.</summary>
    public override string ToString() => $"{File}: line {Line}: {Reason}";
}
