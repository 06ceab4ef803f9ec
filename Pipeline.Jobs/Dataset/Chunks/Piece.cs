using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>A block, or a part of one, that a chunk holds or that is left out.</summary>
internal sealed class Piece
{
    public required DocumentBlock Block { get; init; }

    /// <summary>Its text with surrounding blanks; of a table its Markdown, of a figure caption and description.</summary>
    public required string Text { get; init; }

    /// <summary>Where it starts in the block's text; 0 for what is meant whole.</summary>
    public int Start { get; init; }

    /// <summary>How much of the block's text it accounts for.</summary>
    public required int Characters { get; init; }

    public DocumentTable? Table { get; init; }

    public DocumentFigure? Figure { get; init; }

    /// <summary>Why no chunk holds it; null while it may be held.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether a chunk holds it.</summary>
    public bool Held { get; set; }

    /// <summary>Length by the model's tokenizer, with the line ends around it.</summary>
    public int Tokens { get; set; }

    /// <summary>Whether it stands for the whole block, wherever its text comes from.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether its text is a part of the block's text, so that it can be divided anywhere.</summary>
    public bool IsText => Table is null && Figure is null && Block.Kind is not (BlockKind.Formula or BlockKind.Table or BlockKind.Figure);

    public bool IsProse => Block.Kind is BlockKind.Paragraph or BlockKind.ListItem or BlockKind.Caption;

    public Piece Part(int start, int end) => new()
    {
        Block = Block,
        Text = Text[start..end],
        Start = Start + start,
        Characters = end - start,
        Reason = Reason,
        IsWhole = IsWhole,
    };

    public void LeaveOut(string reason) => Reason ??= reason;

    public ChunkBlock ToBlock(ExtractedDocument document)
    {
        int start = 0, end = Text.Length;
        if (IsText)
        {
            // Code keeps the indentation of its first line.
            while (start < end && (Block.Kind == BlockKind.Code ? Text[start] is '\n' or '\r' : char.IsWhiteSpace(Text[start]))) start++;
            while (end > start && char.IsWhiteSpace(Text[end - 1])) end--;
        }
        int from = IsText && !IsWhole ? Start + start : 0, to = IsText && !IsWhole ? Start + end : 0;
        return new ChunkBlock
        {
            Source = new SourceSpan(document.Sha256, document.FileName, Block.Page, Block.Id, from, to),
            Kind = Block.Kind,
            Text = Text[start..end],
            // What follows in the same item has no marker of its own.
            Marker = Block.Kind == BlockKind.ListItem && Start == 0 ? Block.Marker ?? "-" : null,
            Level = Block.Kind is BlockKind.ListItem or BlockKind.Heading ? Block.Level : null,
            Table = Table,
            Figure = Figure,
            Spans = IsText && Block.Spans is not null ? Shifted(Block.Spans, from, to) : [],
        };
    }

    private static List<TextSpan> Shifted(IReadOnlyList<TextSpan> spans, int from, int to)
    {
        List<TextSpan> shifted = [];
        foreach (TextSpan span in spans)
        {
            int start = Math.Max(from, span.Start), end = Math.Min(to, span.Start + span.Length);
            if (start < end) shifted.Add(span with { Start = start - from, Length = end - start });
        }
        return shifted;
    }
}
