namespace Pipeline.Models.Text;

/// <summary>A stretch of a text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">The one behind the last.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>Whether both have a unit in common.</summary>
    public bool Overlaps(TextRange other) => Start < other.End && other.Start < End;
}
