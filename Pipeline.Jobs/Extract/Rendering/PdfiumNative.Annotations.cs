using System.Runtime.InteropServices;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>The part of PDFium's interface about annotations and forms (fpdf_annot.h, fpdf_formfill.h, fpdf_doc.h).</summary>
internal static unsafe partial class PdfiumNative
{
    public const int AnnotationLink = 2, AnnotationFreeText = 3, AnnotationWidget = 20;
    public const int FieldCheckBox = 2, FieldRadioButton = 3, FieldComboBox = 4, FieldListBox = 5, FieldText = 6;

    [LibraryImport(Library, EntryPoint = "FPDF_GetFormType")] public static partial int GetFormType(nint document);

    [LibraryImport(Library, EntryPoint = "FPDFDOC_InitFormFillEnvironment")]
    public static partial nint InitForm(nint document, byte* callbacks);

    [LibraryImport(Library, EntryPoint = "FPDFDOC_ExitFormFillEnvironment")] public static partial void ExitForm(nint form);

    [LibraryImport(Library, EntryPoint = "FPDFPage_GetAnnotCount")] public static partial int CountAnnotations(nint page);

    [LibraryImport(Library, EntryPoint = "FPDFPage_GetAnnot")] public static partial nint GetAnnotation(nint page, int index);

    [LibraryImport(Library, EntryPoint = "FPDFPage_CloseAnnot")] public static partial void CloseAnnotation(nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetSubtype")] public static partial int GetAnnotationSubtype(nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetFlags")] public static partial int GetAnnotationFlags(nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetRect")]
    public static partial int GetAnnotationRect(nint annotation, RectF* rect);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetStringValue", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CULong GetAnnotationString(nint annotation, string key, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetLink")] public static partial nint GetAnnotationLink(nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFLink_GetAction")] public static partial nint GetLinkAction(nint link);

    [LibraryImport(Library, EntryPoint = "FPDFAction_GetURIPath")]
    public static partial CULong GetActionUri(nint document, nint action, byte* text, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_CountAttachmentPoints")]
    public static partial CULong CountAttachmentPoints(nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetAttachmentPoints")]
    public static partial int GetAttachmentPoints(nint annotation, nuint index, Quad* quad);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetFormFieldType")] public static partial int GetFieldType(nint form, nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetFormFieldFlags")]
    public static partial int GetFieldFlags(nint form, nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetFormFieldValue")]
    public static partial CULong GetFieldValue(nint form, nint annotation, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetFormFieldExportValue")]
    public static partial CULong GetExportValue(nint form, nint annotation, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetOptionCount")] public static partial int CountOptions(nint form, nint annotation);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_IsOptionSelected")]
    public static partial int IsOptionSelected(nint form, nint annotation, int index);

    [LibraryImport(Library, EntryPoint = "FPDFAnnot_GetOptionLabel")]
    public static partial CULong GetOptionLabel(nint form, nint annotation, int index, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFBookmark_GetFirstChild")]
    public static partial nint FirstBookmark(nint document, nint parent);

    [LibraryImport(Library, EntryPoint = "FPDFBookmark_GetNextSibling")]
    public static partial nint NextBookmark(nint document, nint bookmark);

    [LibraryImport(Library, EntryPoint = "FPDFBookmark_GetTitle")]
    public static partial CULong BookmarkTitle(nint bookmark, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDFBookmark_GetDest")]
    public static partial nint BookmarkTarget(nint document, nint bookmark);

    [LibraryImport(Library, EntryPoint = "FPDFDest_GetDestPageIndex")] public static partial int PageOf(nint document, nint target);

    public struct Quad
    {
        public float X1, Y1, X2, Y2, X3, Y3, X4, Y4;
    }
}
