using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Models.Runtime;

/// <summary>
/// Rewrites <c>libLibTorchSharp.so</c> for hosts whose libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04, RHEL 9).
/// The library requires version <c>GLIBCXX_3.4.32</c> because of one symbol, <c>std::ios_base_library_init()</c>, which it
/// never calls: the name is there only so that the linker pulls in the stream initializer. Both are replaced by counterparts
/// that every libstdc++ of the last twenty years has.
/// </summary>
internal static class CompatibleLibrary
{
    internal const string NewSymbol = "_ZSt21ios_base_library_initv";
    internal const string NewVersion = "GLIBCXX_3.4.32";
    private const string OldSymbol = "_ZNSt8ios_base4InitC1Ev";
    private const string OldVersion = "GLIBCXX_3.4";

    private const uint DynamicSymbols = 11;              // SHT_DYNSYM
    private const uint VersionNeeds = 0x6ffffffe;        // SHT_GNU_verneed

    /// <summary>Patches the image of an ELF64 little-endian shared library in place.</summary>
    /// <returns>False when the image does not require the new version and is therefore left unchanged.</returns>
    /// <exception cref="InvalidDataException">The image is not such a library, or lacks what the patch needs.</exception>
    public static bool Patch(Span<byte> image)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("The native library is not a 64-bit little-endian ELF file.");
        try
        {
            return PatchVersion(image) && PatchSymbol(image);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("The native library's ELF tables point outside the file.", e);
        }
    }

    private static bool PatchVersion(Span<byte> image)
    {
        (int start, _, int strings) = Section(image, VersionNeeds);
        int target = -1, source = -1;
        int need = start;
        while (true)
        {
            int aux = need + (int)U32(image, need + 8);
            for (int left = U16(image, need + 2); left > 0; left--)
            {
                string name = Text(image, strings + (int)U32(image, aux + 8));
                if (name == NewVersion)
                    target = aux;
                else if (name == OldVersion)
                    source = aux;
                aux += (int)U32(image, aux + 12);
            }
            int next = (int)U32(image, need + 12);
            if (next == 0)
                break;
            need += next;
        }
        if (target < 0)
            return false;
        if (source < 0)
            throw new InvalidDataException($"The native library does not name {OldVersion}, which {NewVersion} must become.");
        image.Slice(source, 4).CopyTo(image[target..]);                  // vna_hash; vna_other, the index, stays
        image.Slice(source + 8, 4).CopyTo(image[(target + 8)..]);        // vna_name
        return true;
    }

    private static bool PatchSymbol(Span<byte> image)
    {
        (int start, int size, int strings) = Section(image, DynamicSymbols);
        for (int symbol = start; symbol < start + size; symbol += 24)
        {
            int name = strings + (int)U32(image, symbol);
            if (Text(image, name) != NewSymbol)
                continue;
            Span<byte> slot = image.Slice(name, NewSymbol.Length);
            slot.Clear();
            Encoding.ASCII.GetBytes(OldSymbol, slot);
            return true;
        }
        throw new InvalidDataException($"The native library asks for {NewVersion} but not for {NewSymbol}.");
    }

    /// <returns>File offset and size of the first section of that type, and the offset of its string table.</returns>
    private static (int Start, int Size, int Strings) Section(ReadOnlySpan<byte> image, uint type)
    {
        int table = (int)U64(image, 40);
        int entrySize = U16(image, 58);
        int count = U16(image, 60);
        for (int i = 0; i < count; i++)
        {
            int header = table + i * entrySize;
            if (U32(image, header + 4) != type)
                continue;
            int link = table + (int)U32(image, header + 40) * entrySize;
            return ((int)U64(image, header + 24), (int)U64(image, header + 32), (int)U64(image, link + 24));
        }
        throw new InvalidDataException($"The native library has no section of type 0x{type:x}.");
    }

    private static string Text(ReadOnlySpan<byte> image, int offset)
    {
        ReadOnlySpan<byte> rest = image[offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static ushort U16(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);

    private static uint U32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);

    private static ulong U64(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(image[offset..]);
}
