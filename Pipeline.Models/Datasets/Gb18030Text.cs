using System.Text;

namespace Pipeline.Models.Datasets;

/// <summary>Recognises Chinese text in GB18030 (GBK, GB2312).</summary>
internal static class Gb18030Text
{
    private const double Share = 0.9;   // of the two-byte characters; other encodings hit everyday characters in less than half

    /// <summary>The text, or null unless the bytes are whole GB18030 and nearly all long characters are everyday ones.</summary>
    public static string? Decode(byte[] bytes)
    {
        int characters = 0, common = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x80) continue;
            characters++;
            // Rows 1 to 9 of GB2312 are punctuation and signs, rows 16 to 55 the everyday characters by sound.
            if (i + 1 < bytes.Length && bytes[i] is (>= 0xA1 and <= 0xA9) or (>= 0xB0 and <= 0xD7) && bytes[i + 1] >= 0xA1) common++;
            i++;
        }
        if (characters == 0 || common < Share * characters) return null;
        Encoding encoding = (Encoding)CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.Clone();
        encoding.DecoderFallback = DecoderFallback.ExceptionFallback;
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
