using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Models.Batching;

/// <summary>
/// What a block of a prompt and all before it consist of: tokens, images and the adapter that computed them. A cryptographic hash,
/// because prompts come from strangers, and an equal hash hands over another prompt's keys and values.
/// </summary>
internal readonly record struct PrefixHash(UInt128 Value)
{
    /// <summary>The hash before the first token.</summary>
    /// <param name="computedBy">The adapter and what else changes keys and values.</param>
    public static PrefixHash Of(string computedBy) => Of(MemoryMarshal.AsBytes(computedBy.AsSpan()));

    /// <summary>The hash of any bytes.</summary>
    public static PrefixHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return new PrefixHash(BinaryPrimitives.ReadUInt128LittleEndian(digest));
    }

    /// <summary>The hash after more content.</summary>
    public PrefixHash With(ReadOnlySpan<byte> content)
    {
        byte[] joined = new byte[16 + content.Length];
        BinaryPrimitives.WriteUInt128LittleEndian(joined, Value);
        content.CopyTo(joined.AsSpan(16));
        return Of(joined);
    }
}
