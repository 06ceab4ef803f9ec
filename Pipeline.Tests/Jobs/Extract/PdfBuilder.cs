using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Writes small PDFs byte by byte: well-formed ones and such as no honest program would write.</summary>
internal sealed class PdfBuilder
{
    private readonly List<(int Number, string Body)> _objects = [];

    public int Next => _objects.Count + 1;

    public int Add(string body)
    {
        _objects.Add((_objects.Count + 1, body));
        return _objects.Count;
    }

    /// <summary>A document of pages with one text operator each, in Helvetica.</summary>
    public static byte[] WithPages(params string[] contents)
    {
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add($"<< /Type /Pages /Count {contents.Length} /Kids [{string.Join(' ', contents.Select((_, i) => $"{4 + 2 * i} 0 R"))}] >>");
        pdf.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        foreach (string content in contents)
        {
            pdf.Add(
                $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {pdf.Next + 1} 0 "
                + $"R >>");
            pdf.Add(Stream(content));
        }
        return pdf.Build();
    }

    public static string Stream(string content, string entries = "") =>
        $"<< /Length {content.Length}{entries} >>\nstream\n{content}\nendstream";

    /// <summary>Lines of text at given places.</summary>
    public static string Text(params (double X, double Y, double Size, string Line)[] lines) => string.Concat(lines.Select(l =>
        string.Create(CultureInfo.InvariantCulture,
        $"BT /F1 {l.Size} Tf 1 0 0 1 {l.X} {l.Y} Tm ({l.Line.Replace("(", "\\(").Replace(")", "\\)")}) Tj ET\n")));

    public byte[] Build(string trailer = "")
    {
        StringBuilder file = new("%PDF-1.4\n");
        List<int> offsets = new();
        foreach ((int number, string body) in _objects)
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{number} 0 obj\n{body}\nendobj\n");
        }
        int xref = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {_objects.Count + 1}\n0000000000 65535 f \n");
        foreach (int offset in offsets)
            file.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n");
        file.Append(CultureInfo.InvariantCulture,
            $"trailer\n<< /Size {_objects.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{xref}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    /// <summary>Protected by the user password <c>secret</c>: standard security handler, revision 2, 40-bit RC4.</summary>
    public static byte[] Encrypted()
    {
        byte[] padding =
        [
            0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
            0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
        ];
        byte[] password = [.. "secret"u8, .. padding.AsSpan(0, 26)];
        byte[] id = Encoding.ASCII.GetBytes("0123456789abcdef");
        byte[] owner = Rc4(MD5.HashData(password)[..5], password);
        byte[] key = MD5.HashData([.. password, .. owner, 0xFC, 0xFF, 0xFF, 0xFF, .. id])[..5];
        byte[] user = Rc4(key, padding);
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
        pdf.Add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>");
        pdf.Add($"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{Convert.ToHexString(owner)}> /U <{Convert.ToHexString(user)}> >>");
        return pdf.Build($"/Encrypt 4 0 R /ID [<{Convert.ToHexString(id)}> <{Convert.ToHexString(id)}>]");
    }

    /// <summary>One page whose content unpacks to this many blanks.</summary>
    public static byte[] FlateBomb(long bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream deflate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (long written = 0; written < bytes; written += blanks.Length)
                deflate.Write(blanks);
        }
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
        pdf.Add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>");
        pdf.Add(Stream(Encoding.Latin1.GetString(packed.ToArray()), " /Filter /FlateDecode"));
        return pdf.Build();
    }

    private static byte[] Rc4(byte[] key, byte[] data)
    {
        byte[] state = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        for (int i = 0, j = 0; i < 256; i++)
        {
            j = (j + state[i] + key[i % key.Length]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
        }
        byte[] result = new byte[data.Length];
        for (int n = 0, i = 0, j = 0; n < data.Length; n++)
        {
            i = (i + 1) & 255;
            j = (j + state[i]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
            result[n] = (byte)(data[n] ^ state[(state[i] + state[j]) & 255]);
        }
        return result;
    }
}
