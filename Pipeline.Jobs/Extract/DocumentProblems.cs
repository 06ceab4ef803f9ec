using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Extract;

/// <summary>Messages for documents that cannot be extracted: the file, what was found, the fix.</summary>
internal static partial class DocumentProblems
{
    public static BadDocumentException Empty(string name) => new(
        BadDocumentReason.Empty, $"{name}: the file is empty (0 bytes); copy it again or remove it");

    public static BadDocumentException NotPdf(string name, string found) => new(
        BadDocumentReason.NotPdf, $"{name}: not a PDF (no %PDF header; it looks like {found}); convert it to PDF or remove it");

    public static BadDocumentException Encrypted(string name) => new(
        BadDocumentReason.Encrypted, $"{name}: encrypted with a password; remove the password or exclude the file");

    public static BadDocumentException Damaged(string name, Exception? inner = null) => new(
        BadDocumentReason.Damaged,
        $"{name}: damaged or truncated, and it could not be repaired; copy it again from its source or exclude the file", inner);

    public static BadDocumentException DamagedPage(string name, int page, int pages) => new(
        BadDocumentReason.Damaged,
        $"{name}: page {page} of {pages} is damaged and cannot be read; copy the file again from its source or exclude it");

    public static BadDocumentException NoPages(string name) => new(
        BadDocumentReason.NoPages, $"{name}: a PDF without pages; export it again or exclude the file");

    public static BadDocumentException TooManyPages(string name, int pages, int limit) => new(
        BadDocumentReason.TooManyPages,
        $"{name}: {pages} pages, the limit is {limit}; split the file or raise {RunOptionsSchema.NameOf(o => o.Extraction.MaxPages)}");

    public static BadDocumentException Crashed(string name, string detail, Exception? inner = null) => new(
        BadDocumentReason.ParserCrashed, $"{name}: the parser crashed on it ({detail}); print it to a new PDF or exclude the file", inner);

    public static BadDocumentException TimedOut(string name, int seconds) => new(
        BadDocumentReason.TimedOut, $"{name}: not finished after {seconds} s; raise "
        + $"{RunOptionsSchema.NameOf(o => o.Extraction.SecondsPerDocument)} or exclude the file");

    public static BadDocumentException OutOfMemory(string name, int megabytes) => new(
        BadDocumentReason.OutOfMemory,
        $"{name}: needs more than {megabytes} MB of memory; raise {RunOptionsSchema.NameOf(o => o.Extraction.MegabytesPerDocument)} or "
        + $"exclude the file");

    /// <summary>A fault of this program on one file: it costs this file, and the message says where it is.</summary>
    public static BadDocumentException Failed(string name, string error) => Crashed(name, $"a fault of this program: {FaultOf(error)}",
        new InvalidOperationException(error));

    /// <summary>A warning: a fault of this program on one page costs the text of this page.</summary>
    public static string PageAsPicture(int page, Exception e) =>
        $"page {page} could not be understood and is kept as a picture (a fault of this program: {FaultOf(e.ToString())})";

    /// <returns>Kind of error and the method it came from, out of an exception's text.</returns>
    private static string FaultOf(string error)
    {
        Match kind = KindOfError().Match(error), place = PlaceOfError().Match(error);
        return $"{(kind.Success ? kind.Groups["kind"].Value : "unknown")}{(place.Success ? $" in {place.Groups["place"].Value}" : "")}";
    }

    [GeneratedRegex(@"^[\w.]*?(?<kind>\w+)(:|\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex KindOfError();

    [GeneratedRegex(@"^\s+at Pipeline\.[\w.]*?(?<place>\w+\.[\w<>|]+)\(", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex PlaceOfError();
}
