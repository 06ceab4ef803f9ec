namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A row of a user's file that cannot be used.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">Number of the row in the file, from 1.</param>
/// <param name="Line">Line where it begins, from 1; in files without lines its number.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedRow(string File, int Number, int Line, string Reason)
{
    /// <summary>As one line of a message.</summary>
    public override string ToString() => $"{File}: row {Number} (line {Line}): {Reason}";
}
