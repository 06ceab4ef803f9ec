using System.Runtime.InteropServices;
using Pipeline.Jobs.Extract.Blocks;
using static Pipeline.Jobs.Extract.Rendering.PdfiumNative;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>One page opened with PDFium: its size, its picture, what it draws.</summary>
internal sealed unsafe class PdfiumPage : IDisposable
{
    private const int MaxFormDepth = 12;          // forms in forms; hostile files nest them endlessly
    private const int MaxPathSegments = 4_000;    // of a path that may be the grid of a table
    private const int MaxGraphics = 50_000;       // maps can hold millions of paths; far fewer are enough
    private const double MaxPixels = 25_000_000;  // of one raster; larger pages get a lower resolution
    private const double MaxSide = 32_767;        // pixels; strips that are miles long are not shown in full either

    private readonly RectF _crop;
    private readonly int _rotation;
    private readonly Lazy<PageTags?> _tags;
    private nint _handle;

    internal PdfiumPage(nint handle)
    {
        _handle = handle;
        Width = GetPageWidth(handle);
        Height = GetPageHeight(handle);
        _rotation = GetRotation(handle);
        RectF crop = default;
        if (GetPageBoundingBox(handle, &crop) == 0)
            crop = new RectF { Right = (float)Width, Top = (float)Height };
        _crop = crop;
        _tags = new Lazy<PageTags?>(ReadTags);
    }

    internal nint Handle => _handle;

    /// <summary>Displayed width in points.</summary>
    public double Width { get; }

    /// <summary>Displayed height in points.</summary>
    public double Height { get; }

    public Box Box => new(0, 0, Width, Height);

    /// <summary>There is something to show: pages of broken files are as narrow as a hundredth of a point, or of infinite size.</summary>
    public bool HasArea => Width >= 0.01 && Height >= 0.01 && double.IsFinite(Width) && double.IsFinite(Height);

    /// <summary>Resolution used for <paramref name="dpi"/>: lower for a page so large that its raster would be too big.</summary>
    public double EffectiveDpi(double dpi) => Math.Min(
        Math.Min(dpi, 72 * Math.Sqrt(MaxPixels / Math.Max(1, Width * Height))), 72 * MaxSide / Math.Max(Width, Height));

    /// <summary>The page on white, annotations included.</summary>
    public Raster Render(double dpi) => Render(Box, dpi);

    /// <summary>A part of the page as displayed, with transparency, masks and overlaps applied.</summary>
    /// <param name="part">Displayed page points.</param>
    /// <param name="dpi">Dots per inch.</param>
    public Raster Render(Box part, double dpi)
    {
        double scale = EffectiveDpi(dpi) / 72;
        int pageWidth = Math.Max(1, (int)Math.Round(Width * scale)), pageHeight = Math.Max(1, (int)Math.Round(Height * scale));
        (int left, int top, int width, int height) = PixelsOf(part, pageWidth, pageHeight);
        Raster raster = new(width, height);
        fixed (byte* pixels = raster.Pixels)
        {
            lock (PdfiumLibrary.Gate)
            {
                nint bitmap = BitmapCreate(width, height, FormatBgr, pixels, raster.Stride);
                if (bitmap == 0)
                    throw new OutOfMemoryException($"PDFium could not make a bitmap of {width} x {height} pixels");
                BitmapFill(bitmap, 0, 0, width, height, new CULong(0xFFFFFFFF));
                RenderPageBitmap(bitmap, _handle, -left, -top, pageWidth, pageHeight, 0, RenderAnnotations | RenderReverseByteOrder);
                BitmapDestroy(bitmap);
            }
        }
        return raster;
    }

    /// <summary>Cuts a part out of a raster of the whole page.</summary>
    public Raster Crop(Raster page, Box part)
    {
        (int left, int top, int width, int height) = PixelsOf(part, page.Width, page.Height);
        return page.Crop(left, top, width, height);
    }

    /// <summary>Images, paths and shadings in drawing order, those inside forms included.</summary>
    /// <param name="textCovered">Something is drawn over text, or text outside the area that is painted: some may not be seen.</param>
    public List<PageGraphic> Graphics(out bool textCovered)
    {
        List<PageGraphic> found = new();
        CoveredText covered = new(Box);
        lock (PdfiumLibrary.Gate)
        {
            int count = CountObjects(_handle);
            for (int i = 0; i < count && found.Count < MaxGraphics; i++)
                Collect(GetObject(_handle, i), Transform.Identity, Box, 0, found, covered);
        }
        textCovered = covered.Any;
        found.TrimExcess();
        return found;
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        lock (PdfiumLibrary.Gate)
            ClosePage(_handle);
        _handle = 0;
    }

    /// <summary>What the tags of the page say; null without any.</summary>
    internal PageTags? Tags => _tags.Value;

    /// <summary>The displayed position of a point in the page's own space.</summary>
    internal (double X, double Y) Displayed(double x, double y) => _rotation switch
    {
        1 => (y - _crop.Bottom, _crop.Right - x),
        2 => (_crop.Right - x, _crop.Top - y),
        3 => (_crop.Top - y, x - _crop.Left),
        _ => (x - _crop.Left, y - _crop.Bottom),
    };

    /// <summary>The displayed place of a box in the page's own space.</summary>
    internal Box Displayed(Box box)
    {
        (double ax, double ay) = Displayed(box.X0, box.Y0);
        (double bx, double by) = Displayed(box.X1, box.Y1);
        return new Box(Math.Min(ax, bx), Math.Min(ay, by), Math.Max(ax, bx), Math.Max(ay, by));
    }

    internal int Rotation => _rotation;

    private PageTags? ReadTags()
    {
        lock (PdfiumLibrary.Gate)
            return PdfiumTags.Read(_handle);
    }

    private (int Left, int Top, int Width, int Height) PixelsOf(Box part, int pageWidth, int pageHeight)
    {
        double x = pageWidth / Width, y = pageHeight / Height;
        int left = Math.Clamp((int)Math.Floor(part.X0 * x), 0, pageWidth - 1);
        int top = Math.Clamp((int)Math.Floor((Height - part.Y1) * y), 0, pageHeight - 1);
        int right = Math.Clamp((int)Math.Ceiling(part.X1 * x), left + 1, pageWidth);
        int bottom = Math.Clamp((int)Math.Ceiling((Height - part.Y0) * y), top + 1, pageHeight);
        return (left, top, right - left, bottom - top);
    }

    private void Collect(nint item, Transform outer, Box visible, int depth, List<PageGraphic> found, CoveredText covered)
    {
        int type = GetObjectType(item);
        if (type == ObjectForm)
        {
            if (depth >= MaxFormDepth)
                return;
            MatrixF m = default;
            Transform inner = GetObjectMatrix(item, &m) != 0 ? new Transform(m).Then(outer) : outer;
            int count = CountFormObjects(item);
            for (int i = 0; i < count && found.Count < MaxGraphics; i++)
                Collect(GetFormObject(item, new CULong((nuint)i)), inner, visible, depth + 1, found, covered);
            return;
        }
        if (type is not (ObjectText or ObjectPath or ObjectImage or ObjectShading))
            return;

        float left, bottom, right, top;
        if (GetObjectBounds(item, &left, &bottom, &right, &top) == 0)
            return;
        Box whole = Displayed(outer, left, bottom, right, top), box = whole.Clip(ClipOf(item, outer, visible));
        if (type == ObjectText)
        {
            covered.AddText(whole, box);
            return;
        }
        if (box.Width < 0 || box.Height < 0)
            return;
        int first = found.Count;
        if (type == ObjectPath)
            AddPath(item, outer, box, found);
        else
            found.Add(type == ObjectImage
                ? ImageOf(item, box)
                : new PageGraphic(GraphicKind.Shading, box, 0, true, false, 0));
        for (int i = first; i < found.Count; i++)
            covered.AddGraphic(found[i]);
    }

    /// <summary>
    /// A path of lines and rectangles, such as the whole grid of a table, becomes one graphic for each of them; any other path is
    /// one graphic.
    /// </summary>
    private void AddPath(nint path, Transform outer, Box box, List<PageGraphic> found)
    {
        PageGraphic whole = PathOf(path, box);
        int segments = whole.Segments;
        if (segments > MaxPathSegments)
        {
            found.Add(whole);
            return;
        }
        MatrixF m = default;
        Transform own = GetObjectMatrix(path, &m) != 0 ? new Transform(m).Then(outer) : outer;
        int first = found.Count;
        float width = 0;
        double thickness = segments == 2 && whole.Stroked && GetStrokeWidth(path, &width) != 0 ? width * own.Scale : 0;
        List<(double X, double Y)> points = [];
        bool closed = false;
        for (int i = 0; i < segments; i++)
        {
            nint segment = GetPathSegment(path, i);
            int type = GetSegmentType(segment);
            float x, y;
            if (type is not (SegmentMove or SegmentLine) || GetSegmentPoint(segment, &x, &y) == 0)
            {
                found.RemoveRange(first, found.Count - first);
                found.Add(whole);
                return;
            }
            if (type == SegmentMove)
            {
                AddOutline(points, closed, whole, thickness, box, found);
                points.Clear();
            }
            (double ux, double uy) = own.Apply(x, y);
            points.Add(Displayed(ux, uy));
            closed = GetSegmentClose(segment) != 0;
        }
        AddOutline(points, closed, whole, thickness, box, found);
        if (found.Count == first)
            found.Add(whole);
    }

    private static void AddOutline(
        List<(double X, double Y)> points, bool closed, PageGraphic whole, double thickness, Box visible, List<PageGraphic> found)
    {
        const double Straight = 0.6;    // points by which a line may deviate from the horizontal or vertical
        if (points.Count < 2 || found.Count >= MaxGraphics)
            return;
        Box box = new(points.Min(p => p.X), points.Min(p => p.Y), points.Max(p => p.X), points.Max(p => p.Y));
        bool rectangle = points.Count is 4 or 5 && points.TrueForAll(p =>
            (Math.Abs(p.X - box.X0) < Straight || Math.Abs(p.X - box.X1) < Straight)
            && (Math.Abs(p.Y - box.Y0) < Straight || Math.Abs(p.Y - box.Y1) < Straight));
        int edges = points.Count + (closed ? 1 : 0);
        bool straight = true;
        for (int i = 1; i < points.Count && straight; i++)
            straight = Math.Abs(points[i].X - points[i - 1].X) < Straight || Math.Abs(points[i].Y - points[i - 1].Y) < Straight;
        if (rectangle || points.Count == 2 || !straight || whole.Filled)
        {
            Box shown = box.Clip(visible.Inflate(1));
            if (shown.Width >= 0 && shown.Height >= 0)
                found.Add(AsSign(whole with { Box = shown, Segments = edges, IsRectangle = rectangle }, thickness));
            return;
        }
        for (int i = 1; i < points.Count + (closed ? 1 : 0); i++)
        {
            (double X, double Y) a = points[i - 1], b = points[i % points.Count];
            Box line = new Box(Math.Min(a.X, b.X), Math.Min(a.Y, b.Y), Math.Max(a.X, b.X), Math.Max(a.Y, b.Y)).Clip(visible.Inflate(1));
            if (line.Width >= 0 && line.Height >= 0)
                found.Add(whole with { Box = line, Segments = 2 });
        }
    }

    /// <summary>A stroke about as thick as it is long is a square: some programs draw the marks of lists so.</summary>
    private static PageGraphic AsSign(PageGraphic stroke, double thickness)
    {
        const double Least = 1.5;       // points
        double length = Math.Max(stroke.Box.Width, stroke.Box.Height);
        if (stroke.Segments != 2 || thickness < Least || thickness < 0.7 * length || length < 0.7 * thickness)
            return stroke;
        Box box = stroke.Box.Width > stroke.Box.Height
            ? stroke.Box with { Y0 = stroke.Box.Y0 - (thickness / 2), Y1 = stroke.Box.Y1 + (thickness / 2) }
            : stroke.Box with { X0 = stroke.Box.X0 - (thickness / 2), X1 = stroke.Box.X1 + (thickness / 2) };
        return stroke with { Box = box, Segments = 5, Filled = true, IsRectangle = true };
    }

    private static PageGraphic PathOf(nint path, Box box)
    {
        int fill = 0, stroke = 0;
        GetDrawMode(path, &fill, &stroke);
        uint red = 0, green = 0, blue = 0, alpha = 255;
        bool known = fill != 0 && GetFillColor(path, &red, &green, &blue, &alpha) != 0;
        uint color = (red << 16) | (green << 8) | blue;
        bool white = known && stroke == 0 && (alpha < 8 || (red >= 250 && green >= 250 && blue >= 250));
        bool invisible = fill == 0 && stroke != 0 && GetStrokeColor(path, &red, &green, &blue, &alpha) != 0 && alpha < 8;
        return new PageGraphic(GraphicKind.Path, box, CountSegments(path), fill != 0, white || invisible, 0)
        {
            Stroked = stroke != 0,
            Color = color,
        };
    }

    private static PageGraphic ImageOf(nint image, Box box)
    {
        ImageMetadata metadata;
        // Given the page, PDFium would decode the image to tell its colours too.
        bool known = GetImageMetadata(image, page: 0, &metadata) != 0;
        double dpi = known ? Math.Max(metadata.HorizontalDpi, metadata.VerticalDpi) : 0;
        return new PageGraphic(GraphicKind.Image, box, 0, false, false, dpi) { MarkedContent = known ? metadata.MarkedContentId : -1 };
    }

    /// <summary>The area left visible by the clip paths, by their bounding boxes.</summary>
    private Box ClipOf(nint item, Transform outer, Box visible)
    {
        nint clip = GetClipPath(item);
        if (clip == 0)
            return visible;
        int paths = CountClipPaths(clip);
        for (int path = 0; path < Math.Min(paths, 16); path++)
        {
            int segments = CountClipSegments(clip, path);
            float minX = float.MaxValue, minY = float.MaxValue, maxX = float.MinValue, maxY = float.MinValue;
            for (int s = 0; s < Math.Min(segments, 256); s++)
            {
                float x, y;
                if (GetSegmentPoint(GetClipSegment(clip, path, s), &x, &y) == 0)
                    continue;
                (minX, maxX) = (Math.Min(minX, x), Math.Max(maxX, x));
                (minY, maxY) = (Math.Min(minY, y), Math.Max(maxY, y));
            }
            if (minX <= maxX && segments <= 256)
                visible = visible.Clip(Displayed(outer, minX, minY, maxX, maxY));
        }
        return visible;
    }

    private Box Displayed(Transform outer, double left, double bottom, double right, double top)
    {
        double x0 = double.MaxValue, y0 = double.MaxValue, x1 = double.MinValue, y1 = double.MinValue;
        foreach ((double px, double py) in ((double, double)[])[(left, bottom), (right, bottom), (left, top), (right, top)])
        {
            (double ux, double uy) = outer.Apply(px, py);
            (double x, double y) = Displayed(ux, uy);
            (x0, x1) = (Math.Min(x0, x), Math.Max(x1, x));
            (y0, y1) = (Math.Min(y0, y), Math.Max(y1, y));
        }
        return new Box(x0, y0, x1, y1);
    }

    /// <summary>An affine map, in PDF's order of the six numbers.</summary>
    private readonly record struct Transform(double A, double B, double C, double D, double E, double F)
    {
        public Transform(MatrixF m) : this(m.A, m.B, m.C, m.D, m.E, m.F)
        {
        }

        public static Transform Identity => new(1, 0, 0, 1, 0, 0);

        /// <summary>How much longer lengths become, on average.</summary>
        public double Scale => Math.Sqrt(Math.Abs((A * D) - (B * C)));

        public (double X, double Y) Apply(double x, double y) => (A * x + C * y + E, B * x + D * y + F);

        public Transform Then(Transform next) => new(
            A * next.A + B * next.C, A * next.B + B * next.D,
            C * next.A + D * next.C, C * next.B + D * next.D,
            E * next.A + F * next.C + next.E, E * next.B + F * next.D + next.F);
    }
}
