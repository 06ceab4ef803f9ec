using System.Runtime.InteropServices;
using Pipeline.Jobs.Extract.Layout;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>A PDF opened with PDFium. Not for concurrent use.</summary>
internal sealed unsafe class PdfiumDocument : IDisposable
{
    private const int MostBookmarks = 10_000, MostLevels = 12;
    private const int CallbackBytes = 1024; // more than any version of PDFium's structure

    private readonly string _name;
    private readonly byte* _callbacks; // of its forms, none of which is set
    private readonly nint _form;
    private GCHandle _content; // PDFium reads from there until the document is closed
    private nint _handle;

    private PdfiumDocument(string name, GCHandle content, nint handle)
    {
        _name = name;
        _content = content;
        _handle = handle;
        PageCount = PdfiumNative.GetPageCount(handle);
        CrossReferenceRebuilt = PdfiumNative.HasValidCrossReferenceTable(handle) == 0;
        if (PdfiumNative.GetFormType(handle) == 0)
            return;
        _callbacks = (byte*)NativeMemory.AllocZeroed(CallbackBytes);
        for (int version = 1; version <= 2 && _form == 0; version++)    // builds with XFA want the second
        {
            *(int*)_callbacks = version;
            _form = PdfiumNative.InitForm(handle, _callbacks);
        }
    }

    public int PageCount { get; }

    /// <summary>The file's own index was unusable, so PDFium made a new one by scanning.</summary>
    public bool CrossReferenceRebuilt { get; }

    /// <param name="name">File name for messages.</param>
    /// <param name="content">The whole file; it is not copied, so it must not change.</param>
    /// <exception cref="BadDocumentException">Encrypted with a password, or not readable at all.</exception>
    public static PdfiumDocument Open(string name, byte[] content)
    {
        PdfiumLibrary.EnsureLoaded();
        GCHandle pinned = GCHandle.Alloc(content, GCHandleType.Pinned);
        lock (PdfiumLibrary.Gate)
        {
            nint handle = PdfiumNative.LoadMemDocument((byte*)pinned.AddrOfPinnedObject(), (nuint)content.Length, 0);
            if (handle != 0)
                return new PdfiumDocument(name, pinned, handle);
            int error = (int)PdfiumNative.GetLastError().Value;
            pinned.Free();
            throw error is PdfiumNative.ErrorPassword or PdfiumNative.ErrorSecurity
                ? DocumentProblems.Encrypted(name)
                : DocumentProblems.Damaged(name);
        }
    }

    /// <summary>A field of the document's information dictionary, such as <c>Title</c>; null when absent or blank.</summary>
    public string? Metadata(string tag)
    {
        lock (PdfiumLibrary.Gate)
            return PdfiumString.Of((buffer, bytes) => PdfiumNative.GetMetaText(_handle, tag, buffer, bytes));
    }

    /// <summary>The bookmarks in order, at most 10,000 of them.</summary>
    public List<OutlineEntry> Outline()
    {
        List<OutlineEntry> entries = new();
        lock (PdfiumLibrary.Gate)
            Collect(PdfiumNative.FirstBookmark(_handle, 0), 1, entries, []);
        return entries;
    }

    private void Collect(nint bookmark, int level, List<OutlineEntry> entries, HashSet<nint> seen)
    {
        while (bookmark != 0 && level <= MostLevels && entries.Count < MostBookmarks && seen.Add(bookmark)) // hostile ones go in circles
        {
            nint entry = bookmark;
            string? title = PdfiumString.Of((buffer, bytes) => PdfiumNative.BookmarkTitle(entry, buffer, bytes));
            nint target = PdfiumNative.BookmarkTarget(_handle, bookmark);
            int page = target == 0 ? 0 : PdfiumNative.PageOf(_handle, target) + 1;
            entries.Add(new OutlineEntry(title ?? "", level, page));
            Collect(PdfiumNative.FirstBookmark(_handle, bookmark), level + 1, entries, seen);
            bookmark = PdfiumNative.NextBookmark(_handle, bookmark);
        }
    }

    /// <param name="number">From 1.</param>
    /// <exception cref="BadDocumentException">The page's own data is broken.</exception>
    public PdfiumPage OpenPage(int number)
    {
        lock (PdfiumLibrary.Gate)
        {
            nint page = PdfiumNative.LoadPage(_handle, number - 1);
            return page != 0 ? new PdfiumPage(page) : throw DocumentProblems.DamagedPage(_name, number, PageCount);
        }
    }

    /// <summary>Links, form values and typed text of a page.</summary>
    public List<PageAnnotation> Annotations(PdfiumPage page)
    {
        lock (PdfiumLibrary.Gate)
            return PdfiumAnnotations.Read(_handle, _form, page);
    }

    /// <summary>Turns a page clockwise, for this and all later times that it is opened.</summary>
    /// <param name="page">The page; it is closed.</param>
    /// <param name="number">From 1.</param>
    /// <param name="quarters">Quarter turns.</param>
    /// <returns>The turned page.</returns>
    public PdfiumPage Turn(PdfiumPage page, int number, int quarters)
    {
        lock (PdfiumLibrary.Gate)
            PdfiumNative.SetRotation(page.Handle, (page.Rotation + quarters) % 4);
        page.Dispose();
        return OpenPage(number);
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        lock (PdfiumLibrary.Gate)
        {
            if (_form != 0)
                PdfiumNative.ExitForm(_form);
            PdfiumNative.CloseDocument(_handle);
        }
        _handle = 0;
        NativeMemory.Free(_callbacks);
        _content.Free();
    }
}
