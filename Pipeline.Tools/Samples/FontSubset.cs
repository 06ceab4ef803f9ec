using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Tools.Samples;

/// <summary>
/// Cuts a TrueType font down to the outlines of the characters in use. Glyph numbers stay, so the character map and widths stay
/// valid; unused outlines and the tables for hinting and shaping are dropped. A PDF then carries a tenth of the font.
/// </summary>
internal static class FontSubset
{
    private static readonly string[] Kept = ["cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "OS/2", "post"];

    /// <param name="font">A TrueType file.</param>
    /// <param name="characters">Every character that will be drawn.</param>
    /// <param name="glyphOf">Glyph number of a character in this font.</param>
    public static byte[] Create(ReadOnlySpan<byte> font, IEnumerable<int> characters, Func<int, ushort> glyphOf)
    {
        Dictionary<string, (int Offset, int Length)> tables = Tables(font);
        bool longLoca = BinaryPrimitives.ReadInt16BigEndian(font[(tables["head"].Offset + 50)..]) != 0;
        int glyphCount = BinaryPrimitives.ReadUInt16BigEndian(font[(tables["maxp"].Offset + 4)..]);
        ReadOnlySpan<byte> glyf = font.Slice(tables["glyf"].Offset, tables["glyf"].Length);
        int[] starts = Locations(font[tables["loca"].Offset..], glyphCount, longLoca);

        SortedSet<int> used = new() { 0 };
        Stack<int> open = new(characters.Select(c => (int)glyphOf(c)));
        while (open.TryPop(out int glyph))
            if (used.Add(glyph)) AddComponents(glyf[starts[glyph]..starts[glyph + 1]], open);

        MemoryStream outlines = new();
        byte[] loca = new byte[4 * (glyphCount + 1)];
        for (int glyph = 0; glyph < glyphCount; glyph++)
        {
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * glyph), (int)outlines.Length);
            if (!used.Contains(glyph))
                continue;
            outlines.Write(glyf[starts[glyph]..starts[glyph + 1]]);
            while (outlines.Length % 4 != 0)
                outlines.WriteByte(0);
        }
        BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * glyphCount), (int)outlines.Length);

        SortedDictionary<string, byte[]> parts = new(StringComparer.Ordinal);
        foreach (string name in Kept)
            if (tables.TryGetValue(name, out (int Offset, int Length) table)) parts[name] = font.Slice(table.Offset, table.Length)
                .ToArray();
        parts["glyf"] = outlines.ToArray();
        parts["loca"] = loca;
        BinaryPrimitives.WriteInt16BigEndian(parts["head"].AsSpan(50), 1); // long offsets
        return Write(parts);
    }

    private static Dictionary<string, (int Offset, int Length)> Tables(ReadOnlySpan<byte> font)
    {
        Dictionary<string, (int, int)> tables = new(StringComparer.Ordinal);
        int count = BinaryPrimitives.ReadUInt16BigEndian(font[4..]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = font.Slice(12 + 16 * i, 16);
            tables[Encoding.ASCII.GetString(entry[..4])] =
                (BinaryPrimitives.ReadInt32BigEndian(entry[8..]), BinaryPrimitives.ReadInt32BigEndian(entry[12..]));
        }
        return tables;
    }

    private static int[] Locations(ReadOnlySpan<byte> loca, int glyphCount, bool wide)
    {
        int[] starts = new int[glyphCount + 1];
        for (int i = 0; i <= glyphCount; i++)
            starts[i] = wide ? BinaryPrimitives.ReadInt32BigEndian(loca[(4 * i)..])
                : 2 * BinaryPrimitives.ReadUInt16BigEndian(loca[(2 * i)..]);
        return starts;
    }

    /// <summary>Accented letters are composed of other glyphs.</summary>
    private static void AddComponents(ReadOnlySpan<byte> glyph, Stack<int> open)
    {
        if (glyph.Length < 10 || BinaryPrimitives.ReadInt16BigEndian(glyph) >= 0)
            return;
        int at = 10;
        ushort flags;
        do
        {
            flags = BinaryPrimitives.ReadUInt16BigEndian(glyph[at..]);
            open.Push(BinaryPrimitives.ReadUInt16BigEndian(glyph[(at + 2)..]));
            at += 4 + ((flags & 0x0001) != 0 ? 4 : 2);
            at += (flags & 0x0008) != 0 ? 2 : (flags & 0x0040) != 0 ? 4 : (flags & 0x0080) != 0 ? 8 : 0;
        }
        while ((flags & 0x0020) != 0);
    }

    private static byte[] Write(SortedDictionary<string, byte[]> parts)
    {
        using MemoryStream file = new();
        int offset = 12 + 16 * parts.Count;
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)parts.Count);
        file.Write(header);
        Span<byte> entry = stackalloc byte[16];
        foreach ((string name, byte[] content) in parts)
        {
            Encoding.ASCII.GetBytes(name, entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], Checksum(content));
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], offset);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], content.Length);
            file.Write(entry);
            offset += (content.Length + 3) & ~3;
        }
        foreach (byte[] content in parts.Values)
        {
            file.Write(content);
            while (file.Length % 4 != 0)
                file.WriteByte(0);
        }
        return file.ToArray();
    }

    private static uint Checksum(byte[] content)
    {
        uint sum = 0;
        for (int i = 0; i < content.Length; i++)
            sum += (uint)content[i] << (24 - 8 * (i % 4));
        return sum;
    }
}
