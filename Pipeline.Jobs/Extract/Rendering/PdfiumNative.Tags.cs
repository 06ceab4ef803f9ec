using System.Runtime.InteropServices;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>The part of PDFium's interface about tags (fpdf_structtree.h).</summary>
internal static unsafe partial class PdfiumNative
{
    [LibraryImport(Library, EntryPoint = "FPDF_StructTree_GetForPage")] public static partial nint GetStructTree(nint page);

    [LibraryImport(Library, EntryPoint = "FPDF_StructTree_Close")] public static partial void CloseStructTree(nint tree);

    [LibraryImport(Library, EntryPoint = "FPDF_StructTree_CountChildren")] public static partial int CountStructChildren(nint tree);

    [LibraryImport(Library, EntryPoint = "FPDF_StructTree_GetChildAtIndex")]
    public static partial nint GetStructChild(nint tree, int index);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetType")]
    public static partial CULong GetStructType(nint element, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetAltText")]
    public static partial CULong GetStructAlt(nint element, byte* utf16, CULong bytes);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetMarkedContentID")]
    public static partial int GetMarkedContent(nint element);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetMarkedContentIdCount")]
    public static partial int CountMarkedContents(nint element);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetMarkedContentIdAtIndex")]
    public static partial int GetMarkedContentAt(nint element, int index);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_CountChildren")]
    public static partial int CountStructElementChildren(nint element);

    [LibraryImport(Library, EntryPoint = "FPDF_StructElement_GetChildAtIndex")]
    public static partial nint GetStructElementChild(nint element, int index);
}
