using System.Text;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// GPT-2's table that writes each byte as one printable character, so that a byte sequence can be a key of
/// <c>tokenizer.json</c>. Reference: tokenizers, pre_tokenizers/byte_level.rs.
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] CharacterOfByte = new char[256];
    private static readonly Dictionary<char, byte> ByteOfCharacter = [];

    static ByteLevelAlphabet()
    {
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            CharacterOfByte[b] = printable ? (char)b : (char)next++;
            ByteOfCharacter.Add(CharacterOfByte[b], (byte)b);
        }
    }

    /// <summary>The 256 characters in order of their byte.</summary>
    public static ReadOnlySpan<char> Characters => CharacterOfByte;

    /// <summary>The bytes that a vocabulary entry stands for; an entry with a foreign character stands for itself.</summary>
    public static byte[] BytesOf(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
            if (!ByteOfCharacter.TryGetValue(token[i], out bytes[i])) return Encoding.UTF8.GetBytes(token);
        return bytes;
    }

    /// <summary>The vocabulary spelling of a byte sequence.</summary>
    public static string SpellingOf(ReadOnlySpan<byte> bytes)
    {
        char[] characters = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++) characters[i] = CharacterOfByte[bytes[i]];
        return new string(characters);
    }
}
