using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>What a piece of text may be in a formula.</summary>
internal enum FormulaPieceKind
{
    Prose,
    Neutral,
    Mathematical,

    /// <summary>With a sign of equality or the like alone, as it may stand in any note or label.</summary>
    Doubtful,

    /// <summary>Mathematical, with a sign that makes it a statement or a sum.</summary>
    Statement,

    /// <summary>The number of a formula.</summary>
    Number,
}

/// <summary>A piece of a page's text on the search for formulas.</summary>
/// <param name="segment">The text.</param>
/// <param name="kind">What it may be.</param>
internal sealed class FormulaPiece(TextSegment segment, FormulaPieceKind kind)
{
    public TextSegment Segment { get; } = segment;

    public FormulaPieceKind Kind { get; } = kind;

    /// <summary>Where it stands; tall signs hang below their baseline.</summary>
    public required Box Box { get; init; }

    public double Size => Segment.Size;

    public bool IsStatement => Kind is FormulaPieceKind.Statement or FormulaPieceKind.Doubtful;

    /// <summary>Stands in a line of prose.</summary>
    public bool Inline { get; set; }

    /// <summary>Belongs to a formula already.</summary>
    public bool Taken { get; set; }

    public static Box BoxOf(IEnumerable<FormulaPiece> pieces) => pieces.Select(p => p.Box).Aggregate((a, b) => a.Union(b));
}
