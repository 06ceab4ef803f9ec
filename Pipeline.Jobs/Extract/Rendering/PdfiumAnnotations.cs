using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Jobs.Extract.Blocks;
using static Pipeline.Jobs.Extract.Rendering.PdfiumNative;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>Reads links, form values and typed text of one page. The caller holds <see cref="PdfiumLibrary.Gate"/>.</summary>
internal static unsafe class PdfiumAnnotations
{
    private const int Most = 5_000;             // annotations of one page
    private const int Hidden = 1 << 1, NoView = 1 << 5;    // annotation flags, PDF 32000-1 table 165
    private const int Password = 1 << 13;                  // field flag, table 228

    public static List<PageAnnotation> Read(nint document, nint form, PdfiumPage page)
    {
        List<PageAnnotation> found = new();
        int count = Math.Min(Most, CountAnnotations(page.Handle));
        for (int i = 0; i < count; i++)
        {
            nint annotation = GetAnnotation(page.Handle, i);
            if (annotation == 0)
                continue;
            try
            {
                Add(document, form, page, annotation, found);
            }
            finally
            {
                CloseAnnotation(annotation);
            }
        }
        return found;
    }

    private static void Add(nint document, nint form, PdfiumPage page, nint annotation, List<PageAnnotation> found)
    {
        RectF rect;
        if ((GetAnnotationFlags(annotation) & (Hidden | NoView)) != 0 || GetAnnotationRect(annotation, &rect) == 0)
            return;
        Box box = page.Displayed(new Box(rect.Left, rect.Bottom, rect.Right, rect.Top));
        if (!(box.Width > 0 && box.Height > 0))
            return;
        switch (GetAnnotationSubtype(annotation))
        {
            case AnnotationLink:
                if (AddressOf(document, annotation) is { } address)
                    found.AddRange(LinkBoxes(page, annotation, box).Select(b => new PageAnnotation(AnnotationKind.Link, b, address)));
                break;
            case AnnotationFreeText:
                if (PdfiumString.Of((buffer, bytes) => GetAnnotationString(annotation, "Contents", buffer, bytes)) is { } typed)
                    found.Add(new PageAnnotation(AnnotationKind.FreeText, box, typed));
                break;
            case AnnotationWidget when form != 0:
                if (ValueOf(form, annotation) is { } value)
                    found.Add(new PageAnnotation(AnnotationKind.Field, box, value));
                break;
        }
    }

    private static string? ValueOf(nint form, nint annotation)
    {
        switch (GetFieldType(form, annotation))
        {
            case FieldCheckBox or FieldRadioButton:
                // PDFium knows whether it is ticked only of pages that are open in a viewer; the field's value says the same.
                string? export = PdfiumString.Of((buffer, bytes) => GetExportValue(form, annotation, buffer, bytes)), value = FieldValue();
                return value is not (null or "Off") && (export is null || export == value) ? "\u2611" : "\u2610";
            case FieldComboBox or FieldListBox:
                int options = Math.Min(Most, CountOptions(form, annotation));
                List<string> chosen = new();
                for (int i = 0; i < options; i++)
                    if (IsOptionSelected(form, annotation, i) != 0
                        && PdfiumString.Of((buffer, bytes) => GetOptionLabel(form, annotation, i, buffer, bytes)) is { } label)
                        chosen.Add(label);
                return chosen.Count > 0 ? string.Join(", ", chosen) : FieldValue();
            case FieldText when (GetFieldFlags(form, annotation) & Password) == 0:
                return FieldValue();
            default:
                return null;
        }

        string? FieldValue() => PdfiumString.Of((buffer, bytes) => GetFieldValue(form, annotation, buffer, bytes));
    }

    /// <summary>Only addresses that lead a reader somewhere: no scripts, no files of the author's machine.</summary>
    private static string? AddressOf(nint document, nint annotation)
    {
        nint link = GetAnnotationLink(annotation), action = link == 0 ? 0 : GetLinkAction(link);
        if (action == 0)
            return null;
        int bytes = (int)GetActionUri(document, action, null, default).Value;
        if (bytes is <= 1 or > 8192)
            return null;
        byte[] buffer = new byte[bytes];
        fixed (byte* start = buffer)
            GetActionUri(document, action, start, new CULong((nuint)bytes));
        string address = Encoding.UTF8.GetString(buffer, 0, bytes - 1).Trim();
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "mailto" or "ftp"
            ? address : null;
    }

    /// <summary>A link over several lines is several areas.</summary>
    private static List<Box> LinkBoxes(PdfiumPage page, nint annotation, Box whole)
    {
        List<Box> boxes = new();
        int count = Math.Min(Most, (int)CountAttachmentPoints(annotation).Value);
        for (int i = 0; i < count; i++)
        {
            Quad quad;
            if (GetAttachmentPoints(annotation, (nuint)i, &quad) == 0)
                continue;
            boxes.Add(page.Displayed(new Box(Math.Min(quad.X1, quad.X3), Math.Min(quad.Y1, quad.Y3),
                Math.Max(quad.X2, quad.X4), Math.Max(quad.Y2, quad.Y4))));
        }
        boxes.RemoveAll(b => !(b.Width > 0 && b.Height > 0) || !whole.Inflate(2).ContainsCenterOf(b));
        return boxes.Count > 0 ? boxes : [whole];
    }
}
