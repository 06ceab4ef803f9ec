using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>A document as pieces in reading order.</summary>
internal sealed class DocumentText
{
    private DocumentText(ExtractedDocument document, List<Piece> pieces) => (Document, Pieces) = (document, pieces);

    public ExtractedDocument Document { get; }

    /// <summary>All of them; those with a reason are left out.</summary>
    public List<Piece> Pieces { get; }

    public int Pages => Document.Pages.Count;

    public static DocumentText Read(ExtractedDocument document)
    {
        Dictionary<string, DocumentTable> tables = [];
        foreach (DocumentTable table in document.Tables) tables[table.Id] = table;
        Dictionary<string, DocumentFigure> figures = [];
        foreach (DocumentFigure figure in document.Figures) figures[figure.Id] = figure;
        Dictionary<string, DocumentFormula> formulas = [];
        foreach (DocumentFormula formula in document.Formulas) formulas[formula.Id] = formula;
        HashSet<string> shown = [.. document.Blocks.Where(b => b is { Kind: BlockKind.Figure, Figure: not null }).Select(b => b.Figure!)];

        List<Piece> pieces = [];
        foreach (DocumentBlock block in document.Blocks)
        {
            if (block.Kind.IsFurniture())
                pieces.Add(new Piece { Block = block, Text = block.Text, Characters = block.Text.Length, Reason = Reasons.Furniture });
            else if (block.Kind == BlockKind.Table)
                Add(pieces, block, block.Table is not null && tables.TryGetValue(block.Table, out DocumentTable? table) ? table : null);
            else if (block.Kind == BlockKind.Figure)
                Add(pieces, block, block.Figure is not null && figures.TryGetValue(block.Figure, out DocumentFigure? figure)
                    ? figure : null);
            else if (block.Kind == BlockKind.Formula)
                Add(pieces, block, block.Formula is not null && formulas.TryGetValue(block.Formula, out DocumentFormula? formula)
                    ? formula : null);
            else if (block is { Kind: BlockKind.Caption, Figure: not null } && shown.Contains(block.Figure)
                && figures.TryGetValue(block.Figure, out DocumentFigure? captioned) && captioned.Caption is not null)
                pieces.Add(new Piece { Block = block, Text = "", Characters = block.Text.Length, Figure = captioned });
            else
                pieces.Add(new Piece { Block = block, Text = block.Text, Characters = block.Text.Length });
        }
        return new DocumentText(document, pieces);
    }

    private static void Add(List<Piece> pieces, DocumentBlock block, DocumentTable? table)
    {
        if (table is not null && table.Rows.Count > 0)
            pieces.Add(new Piece
            {
                Block = block,
                Text = TableText.Markdown(table),
                Characters = TableText.Characters(table),
                Table = table,
            });
        if (block.Text.Length > 0)
            pieces.Add(new Piece { Block = block, Text = "", Characters = block.Text.Length, Reason = Reasons.NoProse });
    }

    /// <summary>The words inside a picture are out of their places: only caption and description say something.</summary>
    private static void Add(List<Piece> pieces, DocumentBlock block, DocumentFigure? figure)
    {
        string text = string.Join('\n', new[] { figure?.Caption, figure?.Description }.Where(t => !string.IsNullOrWhiteSpace(t)));
        if (text.Length > 0)
            pieces.Add(new Piece { Block = block, Text = text, Characters = 0, Figure = figure });
        if (block.Text.Length > 0)
            pieces.Add(new Piece { Block = block, Text = "", Characters = block.Text.Length, Reason = Reasons.NoProse });
    }

    /// <summary>Characters without their places would say something else, so only a formula with certain TeX is held.</summary>
    private static void Add(List<Piece> pieces, DocumentBlock block, DocumentFormula? formula) => pieces.Add(formula?.Tex is null
        ? new Piece { Block = block, Text = "", Characters = block.Text.Length, Reason = Reasons.NoProse }
        : new Piece { Block = block, Text = $"$$ {formula.Tex} $$", Characters = block.Text.Length });
}
