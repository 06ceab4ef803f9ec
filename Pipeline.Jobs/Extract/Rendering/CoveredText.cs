using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>Notices, in drawing order, whether something is drawn over text: a coarse map of the page says where text is.</summary>
internal sealed class CoveredText
{
    private const double Cell = 6; // points
    private const int MostCells = 100_000;

    private readonly Box _page;
    private readonly int _columns, _rows;
    private bool[]? _text;

    public CoveredText(Box page)
    {
        _page = page;
        (_columns, _rows) = ((int)(page.Width / Cell) + 1, (int)(page.Height / Cell) + 1);
        if ((long)_columns * _rows > MostCells)
            (_columns, _rows) = (0, 0); // a poster: not worth the time
    }

    /// <summary>Whether text may be covered or clipped away.</summary>
    public bool Any { get; private set; }

    /// <param name="whole">The text.</param>
    /// <param name="visible">The part of it that is painted.</param>
    public void AddText(Box whole, Box visible)
    {
        if (whole.Width > 1 && whole.Height > 1 && whole.Intersects(_page) && (visible.Width < 0 || visible.Height < 0))
            Any = true;
        if (Any || _columns == 0 || !(visible.Width > 0 && visible.Height > 0))
            return;
        _text ??= new bool[_columns * _rows];
        double middle = visible.CenterY;
        for (int column = Column(visible.X0); column <= Column(visible.X1); column++)
            _text[Row(middle) * _columns + column] = true;
    }

    public void AddGraphic(PageGraphic graphic)
    {
        if (Any || _text is null || (graphic.Kind == GraphicKind.Path && !graphic.Filled) || graphic.Box.Width < Cell
            || graphic.Box.Height < Cell)
            return;
        for (int row = Row(graphic.Box.Y0 + Cell / 2); row <= Row(graphic.Box.Y1 - Cell / 2); row++)
            if (_text.AsSpan(row * _columns + Column(graphic.Box.X0), Column(graphic.Box.X1) - Column(graphic.Box.X0) + 1).Contains(true))
                Any = true;
    }

    private int Column(double x) => Math.Clamp((int)(x / Cell), 0, _columns - 1);

    private int Row(double y) => Math.Clamp((int)(y / Cell), 0, _rows - 1);
}
