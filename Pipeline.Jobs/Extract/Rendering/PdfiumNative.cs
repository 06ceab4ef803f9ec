using System.Runtime.InteropServices;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>
/// The functions of PDFium's public C interface (fpdfview.h, fpdf_edit.h, fpdf_text.h) that extraction uses. PDFium is
/// not thread-safe: callers hold <see cref="PdfiumLibrary.Gate"/>.
/// </summary>
internal static unsafe partial class PdfiumNative
{
    public const string Library = "pdfium";

    public const int ObjectText = 1, ObjectPath = 2, ObjectImage = 3, ObjectShading = 4, ObjectForm = 5;
    public const int SegmentLine = 0, SegmentBezier = 1, SegmentMove = 2;
    public const int FormatBgr = 2;
    public const int RenderAnnotations = 0x01, RenderReverseByteOrder = 0x10;
    public const int ErrorPassword = 4, ErrorSecurity = 5;

    [LibraryImport(Library, EntryPoint = "FPDF_InitLibrary")] public static partial void InitLibrary();

    [LibraryImport(Library, EntryPoint = "FPDF_LoadMemDocument64")]
    public static partial nint LoadMemDocument(byte* data, nuint size, nint password);

    [LibraryImport(Library, EntryPoint = "FPDF_GetLastError")] public static partial CULong GetLastError();

    [LibraryImport(Library, EntryPoint = "FPDF_CloseDocument")] public static partial void CloseDocument(nint document);

    [LibraryImport(Library, EntryPoint = "FPDF_GetPageCount")] public static partial int GetPageCount(nint document);

    [LibraryImport(Library, EntryPoint = "FPDF_DocumentHasValidCrossReferenceTable")]
    public static partial int HasValidCrossReferenceTable(nint document);

    [LibraryImport(Library, EntryPoint = "FPDF_GetMetaText", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CULong GetMetaText(nint document, string tag, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDF_LoadPage")] public static partial nint LoadPage(nint document, int index);

    [LibraryImport(Library, EntryPoint = "FPDF_ClosePage")] public static partial void ClosePage(nint page);

    [LibraryImport(Library, EntryPoint = "FPDF_GetPageWidthF")] public static partial float GetPageWidth(nint page);

    [LibraryImport(Library, EntryPoint = "FPDF_GetPageHeightF")] public static partial float GetPageHeight(nint page);

    [LibraryImport(Library, EntryPoint = "FPDFPage_GetRotation")] public static partial int GetRotation(nint page);

    [LibraryImport(Library, EntryPoint = "FPDFPage_SetRotation")] public static partial void SetRotation(nint page, int quarters);

    [LibraryImport(Library, EntryPoint = "FPDF_GetPageBoundingBox")]
    public static partial int GetPageBoundingBox(nint page, RectF* rect);

    [LibraryImport(Library, EntryPoint = "FPDFBitmap_CreateEx")]
    public static partial nint BitmapCreate(int width, int height, int format, byte* pixels, int stride);

    [LibraryImport(Library, EntryPoint = "FPDFBitmap_FillRect")]
    public static partial void BitmapFill(nint bitmap, int left, int top, int width, int height, CULong argb);

    [LibraryImport(Library, EntryPoint = "FPDFBitmap_Destroy")] public static partial void BitmapDestroy(nint bitmap);

    [LibraryImport(Library, EntryPoint = "FPDF_RenderPageBitmap")]
    public static partial void RenderPageBitmap(
        nint bitmap, nint page, int startX, int startY, int sizeX, int sizeY, int rotate, int flags);

    [LibraryImport(Library, EntryPoint = "FPDFPage_CountObjects")] public static partial int CountObjects(nint page);

    [LibraryImport(Library, EntryPoint = "FPDFPage_GetObject")] public static partial nint GetObject(nint page, int index);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetType")] public static partial int GetObjectType(nint item);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetBounds")]
    public static partial int GetObjectBounds(nint item, float* left, float* bottom, float* right, float* top);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetMatrix")]
    public static partial int GetObjectMatrix(nint item, MatrixF* matrix);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetClipPath")] public static partial nint GetClipPath(nint item);

    [LibraryImport(Library, EntryPoint = "FPDFClipPath_CountPaths")] public static partial int CountClipPaths(nint clip);

    [LibraryImport(Library, EntryPoint = "FPDFClipPath_CountPathSegments")]
    public static partial int CountClipSegments(nint clip, int path);

    [LibraryImport(Library, EntryPoint = "FPDFClipPath_GetPathSegment")]
    public static partial nint GetClipSegment(nint clip, int path, int segment);

    [LibraryImport(Library, EntryPoint = "FPDFPathSegment_GetPoint")]
    public static partial int GetSegmentPoint(nint segment, float* x, float* y);

    [LibraryImport(Library, EntryPoint = "FPDFFormObj_CountObjects")] public static partial int CountFormObjects(nint form);

    [LibraryImport(Library, EntryPoint = "FPDFFormObj_GetObject")]
    public static partial nint GetFormObject(nint form, CULong index);

    [LibraryImport(Library, EntryPoint = "FPDFPath_GetDrawMode")]
    public static partial int GetDrawMode(nint path, int* fill, int* stroke);

    [LibraryImport(Library, EntryPoint = "FPDFPath_CountSegments")] public static partial int CountSegments(nint path);

    [LibraryImport(Library, EntryPoint = "FPDFPath_GetPathSegment")]
    public static partial nint GetPathSegment(nint path, int index);

    [LibraryImport(Library, EntryPoint = "FPDFPathSegment_GetType")] public static partial int GetSegmentType(nint segment);

    [LibraryImport(Library, EntryPoint = "FPDFPathSegment_GetClose")] public static partial int GetSegmentClose(nint segment);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetStrokeWidth")]
    public static partial int GetStrokeWidth(nint item, float* width);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetStrokeColor")]
    public static partial int GetStrokeColor(nint item, uint* red, uint* green, uint* blue, uint* alpha);

    [LibraryImport(Library, EntryPoint = "FPDFPageObj_GetFillColor")]
    public static partial int GetFillColor(nint item, uint* red, uint* green, uint* blue, uint* alpha);

    [LibraryImport(Library, EntryPoint = "FPDFImageObj_GetImageMetadata")]
    public static partial int GetImageMetadata(nint image, nint page, ImageMetadata* metadata);

    [LibraryImport(Library, EntryPoint = "FPDFText_LoadPage")] public static partial nint LoadText(nint page);

    [LibraryImport(Library, EntryPoint = "FPDFText_ClosePage")] public static partial void CloseText(nint text);

    [LibraryImport(Library, EntryPoint = "FPDFText_CountChars")] public static partial int CountChars(nint text);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetUnicode")] public static partial uint GetUnicode(nint text, int index);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetLooseCharBox")]
    public static partial int GetLooseCharBox(nint text, int index, RectF* rect);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetCharOrigin")]
    public static partial int GetCharOrigin(nint text, int index, double* x, double* y);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetCharAngle")] public static partial float GetCharAngle(nint text, int index);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetFontSize")] public static partial double GetFontSize(nint text, int index);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetMatrix")]
    public static partial int GetCharMatrix(nint text, int index, MatrixF* matrix);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetFontWeight")] public static partial int GetFontWeight(nint text, int index);

    [LibraryImport(Library, EntryPoint = "FPDFText_GetFontInfo")]
    public static partial CULong GetFontInfo(nint text, int index, byte* utf8, CULong bytes, int* flags);

    public struct RectF
    {
        public float Left, Top, Right, Bottom;
    }

    public struct MatrixF
    {
        public float A, B, C, D, E, F;
    }

    public struct ImageMetadata
    {
        public uint Width, Height;
        public float HorizontalDpi, VerticalDpi;
        public uint BitsPerPixel;
        public int ColorSpace, MarkedContentId;
    }
}
