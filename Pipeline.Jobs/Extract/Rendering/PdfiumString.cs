using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>Texts that PDFium writes as UTF-16 into a buffer of the caller's.</summary>
internal static unsafe class PdfiumString
{
    private const int Longest = 1 << 16; // bytes

    /// <summary>A function that writes its text and tells how many bytes it needs.</summary>
    public delegate CULong Write(byte* utf16, CULong bytes);

    /// <returns>Null for none, and for one that is absurdly long.</returns>
    public static string? Of(Write write)
    {
        int bytes = (int)write(null, default).Value;
        if (bytes is <= 2 or > Longest)
            return null;
        byte[] buffer = new byte[bytes];
        fixed (byte* start = buffer)
            write(start, new CULong((nuint)bytes));
        string value = Encoding.Unicode.GetString(buffer, 0, bytes & ~1).TrimEnd('\0').Trim();
        return value.Length > 0 ? value : null;
    }
}
