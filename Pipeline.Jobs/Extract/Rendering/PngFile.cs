using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>
/// Writes rasters as PNG files. Built for speed: one filter (the row above), the fastest deflate level, one channel when the
/// picture is grey, which most text pages are. The same raster always gives the same bytes.
/// </summary>
internal static class PngFile
{
    private const byte FilterNone = 0, FilterUp = 2, ColorGrey = 0, ColorRgb = 2;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>The encoded file.</summary>
    public static byte[] Encode(Raster raster)
    {
        bool grey = IsGrey(raster);
        int channels = grey ? 1 : 3;
        using MemoryStream output = new(raster.Width * raster.Height / 8 + 1024);
        output.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, raster.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], raster.Height);
        header[8] = 8; // bits per channel
        header[9] = grey ? ColorGrey : ColorRgb;
        header[10] = header[11] = header[12] = 0;
        WriteChunk(output, "IHDR"u8, header);

        using MemoryStream data = new(raster.Width * raster.Height / 8 + 1024);
        using (ZLibStream deflate = new(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] row = new byte[raster.Width * channels], above = new byte[raster.Width * channels];
            byte[] filtered = new byte[1 + row.Length];
            for (int y = 0; y < raster.Height; y++)
            {
                (row, above) = (above, row);
                if (grey) KeepOneChannel(raster.Row(y), row);
                else raster.Row(y).CopyTo(row);
                filtered[0] = y == 0 ? FilterNone : FilterUp;
                if (y == 0) row.CopyTo(filtered, 1);
                else Subtract(row, above, filtered.AsSpan(1));
                deflate.Write(filtered);
            }
        }
        WriteChunk(output, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(output, "IEND"u8, []);
        return output.ToArray();
    }

    private static bool IsGrey(Raster raster)
    {
        for (int y = 0; y < raster.Height; y++)
        {
            ReadOnlySpan<byte> row = raster.Row(y);
            // Grey means every byte equals its neighbour within a pixel. Blank areas, most of a page, are checked 3 words at a time.
            int at = 0;
            while (at + 24 <= row.Length)
            {
                ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(row.Slice(at, 24));
                if ((words[0] & words[1] & words[2]) != ulong.MaxValue && !IsGrey(row.Slice(at, 24)))
                    return false;
                at += 24;
            }
            if (!IsGrey(row[at..]))
                return false;
        }
        return true;
    }

    private static bool IsGrey(ReadOnlySpan<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i += 3)
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return false;
        return true;
    }

    private static void KeepOneChannel(ReadOnlySpan<byte> rgb, Span<byte> grey)
    {
        for (int i = 0; i < grey.Length; i++)
            grey[i] = rgb[3 * i];
    }

    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> result)
    {
        int i = 0;
        for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
            (new Vector<byte>(row[i..]) - new Vector<byte>(above[i..])).CopyTo(result[i..]);
        for (; i < row.Length; i++)
            result[i] = (byte)(row[i] - above[i]);
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        output.Write(number);
        output.Write(type);
        output.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), content));
        output.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint[] table = CrcTable;
        foreach (byte b in bytes)
            crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint value = n;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[n] = value;
        }
        return table;
    }
}
