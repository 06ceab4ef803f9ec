using System.Text;

namespace Pipeline.Jobs.Extract;

/// <summary>Tells PDFs from other files by their first bytes.</summary>
internal static class FileSignature
{
    private const int HeaderWithin = 1024; // readers accept leading bytes before the header up to here

    /// <exception cref="BadDocumentException">The file is empty or not a PDF; the message says what it looks like.</exception>
    public static void RequirePdf(string name, ReadOnlySpan<byte> content)
    {
        if (content.Length == 0)
            throw DocumentProblems.Empty(name);
        if (content[..Math.Min(content.Length, HeaderWithin)].IndexOf("%PDF-"u8) < 0)
            throw DocumentProblems.NotPdf(name, Describe(content));
    }

    private static string Describe(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> start = content[..Math.Min(content.Length, 512)];
        if (start.StartsWith("PK\u0003\u0004"u8))
            return "a zip archive or an Office document";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
            return "an old Office document";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
            || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "an image";
        if (start.StartsWith("%!PS"u8))
            return "PostScript";
        if (start.IndexOf((byte)0) < 0)
        {
            string text = Encoding.UTF8.GetString(start).TrimStart('\ufeff').TrimStart();
            return text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
                ? "a web page, as a failed download leaves it"
                : "plain text";
        }
        return "some other binary file";
    }
}
