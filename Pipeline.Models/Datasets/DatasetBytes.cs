using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace Pipeline.Models.Datasets;

/// <summary>The bytes of a user's file as UTF-8 without a mark: unpacked, and converted where it was saved in another encoding.</summary>
internal static class DatasetBytes
{
    /// <summary>Largest file in bytes, unpacked.</summary>
    public const int MostBytes = 1 << 30;

    private static readonly UTF8Encoding Utf8Plain = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="path">The file; gzip is recognised by its first bytes.</param>
    /// <param name="encoding">Name of its encoding by IANA, or null to recognise UTF-8, UTF-16, UTF-32 and GB18030.</param>
    /// <exception cref="InputException">Missing, too large, damaged, or in an encoding that is not recognised.</exception>
    public static ReadOnlyMemory<byte> Read(string path, string? encoding = null)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name a JSON or JSON Lines dataset file");
        if (new FileInfo(path).Length > MostBytes)
            throw new InputException($"{path}: is larger than {MostBytes >> 20} MiB; divide it into several files");
        byte[] bytes = File.ReadAllBytes(path);
        return ToUtf8(path, bytes.AsSpan().StartsWith((byte[])[0x1F, 0x8B]) ? Unpack(path, bytes) : bytes, encoding);
    }

    /// <summary>Line of the first byte that is not UTF-8, from 1.</summary>
    public static int LineOfFirstFault(ReadOnlySpan<byte> bytes)
    {
        // No byte of a multi-byte character is a line break, so each line is valid or invalid by itself.
        int line = 1;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range])) break;
            line++;
        }
        return line;
    }

    private static byte[] Unpack(string path, byte[] bytes)
    {
        try
        {
            using GZipStream gzip = new(new MemoryStream(bytes), CompressionMode.Decompress);
            using MemoryStream whole = new();
            byte[] part = new byte[1 << 16];
            for (int read; (read = gzip.Read(part)) > 0;)
            {
                whole.Write(part, 0, read);
                if (whole.Length > MostBytes)
                    throw new InputException($"{path}: unpacks to more than {MostBytes >> 20} MiB; divide it into several files");
            }
            return whole.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"{path}: is a damaged gzip file; pack or download it again", e);
        }
    }

    private static ReadOnlyMemory<byte> ToUtf8(string path, byte[] bytes, string? encoding)
    {
        ReadOnlySpan<byte> span = bytes;
        if (span.StartsWith((byte[])[0xEF, 0xBB, 0xBF])) return bytes.AsMemory(3);
        if (encoding is not null) return Convert(path, bytes, Named(path, encoding));
        if (span.StartsWith((byte[])[0xFF, 0xFE, 0, 0])) return Convert(path, bytes[4..], new UTF32Encoding(false, false, true));
        if (span.StartsWith((byte[])[0xFF, 0xFE])) return Convert(path, bytes[2..], new UnicodeEncoding(false, false, true));
        if (span.StartsWith((byte[])[0xFE, 0xFF])) return Convert(path, bytes[2..], new UnicodeEncoding(true, false, true));
        // Without a mark: JSON and tables begin with ASCII, of which UTF-16 makes one zero byte each.
        if (bytes.Length > 3 && bytes.Length % 2 == 0 && (bytes[0] == 0) != (bytes[1] == 0) && (bytes[2] == 0) != (bytes[3] == 0))
            return Convert(path, bytes, new UnicodeEncoding(bytes[0] == 0, false, true));
        if (Utf8.IsValid(span) || HasLongCharacters(span)) return bytes;        // in the second case single rows are damaged
        if (Gb18030Text.Decode(bytes) is { } chinese) return Utf8Plain.GetBytes(chinese);
        throw new InputException($"{path}: line {LineOfFirstFault(span)}: is not UTF-8; save the file as UTF-8, or name its encoding "
            + "where it is imported, for instance windows-1252");
    }

    /// <summary>Whether some whole line has characters beyond ASCII, all of them UTF-8.</summary>
    private static bool HasLongCharacters(ReadOnlySpan<byte> bytes)
    {
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = bytes[range];
            if (line.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0 && Utf8.IsValid(line)) return true;
        }
        return false;
    }

    private static Encoding Named(string path, string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{path}: '{name}' is not the name of an encoding; known are for instance windows-1252, gb18030, "
                + "shift_jis, utf-16", e);
        }
    }

    private static byte[] Convert(string path, byte[] bytes, Encoding encoding)
    {
        encoding = (Encoding)encoding.Clone();          // the runtime's own are read-only
        encoding.DecoderFallback = DecoderFallback.ExceptionFallback;
        try
        {
            return Utf8Plain.GetBytes(encoding.GetString(bytes).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"{path}: byte {e.Index + 1} is not {encoding.WebName}; save the file as UTF-8", e);
        }
    }
}
