using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tools.Fuzz;

/// <summary>
/// A PDF as a list of objects, streams and object streams unpacked, so that a change reaches the parser instead of ending as a
/// bad checksum or a wrong offset. Written again with a new index.
/// </summary>
internal sealed partial class PdfObjects
{
    private const int LargestStream = 4 << 20;

    private PdfObjects(List<PdfObject> all, string trailer) => (All, Trailer) = (all, trailer);

    public List<PdfObject> All { get; }

    /// <summary>Entries of the trailer besides the size.</summary>
    public string Trailer { get; set; }

    /// <summary>The index at the end is written, and right.</summary>
    public bool Indexed { get; set; } = true;

    /// <summary>Whether the trailer is written.</summary>
    public bool Ended { get; set; } = true;

    /// <summary>Added to each offset in the index.</summary>
    public int Shift { get; set; }

    /// <returns>Null for files without objects, or encrypted ones: their streams are of no use without the key.</returns>
    public static PdfObjects? Read(byte[] content)
    {
        string text = Encoding.Latin1.GetString(content);
        if (text.Contains("/Encrypt", StringComparison.Ordinal))
            return null;
        SortedDictionary<int, PdfObject> objects = [];
        SortedDictionary<int, PdfObject> inStreams = [];
        string trailer = Trailers().Matches(text).LastOrDefault()?.Groups["entries"].Value ?? "";
        int at = 0;
        while (ObjectStart().Match(text, at) is { Success: true } start)
        {
            int from = start.Index + start.Length, end = text.IndexOf("endobj", from, StringComparison.Ordinal);
            at = end < 0 ? text.Length : end;
            Match stream = StreamStart().Match(text, from, at - from);
            string body = text[from..(stream.Success ? stream.Index : at)].Trim();
            int number = int.Parse(start.Groups["number"].Value, CultureInfo.InvariantCulture);
            if (!stream.Success)
            {
                objects[number] = new PdfObject(number, body, null, packed: false);
                continue;
            }
            int data = stream.Index + stream.Length, close = EndOfStream(text, body, data);
            at = Math.Max(at, close);
            (string raw, bool packed) = Unpacked(text[data..close], body);
            if (body.Contains("/ObjStm", StringComparison.Ordinal) && packed)
                ReadObjectStream(body, raw, inStreams);
            else if (CrossReferences().IsMatch(body))
                trailer = string.Join(' ', TrailerEntry().Matches(body).Select(m => m.Value));
            else
                objects[number] = new PdfObject(number, packed ? Filters().Replace(body, "") : body, raw, packed);
        }
        foreach ((int number, PdfObject item) in inStreams)
            objects.TryAdd(number, item);
        return objects.Count > 0 ? new PdfObjects([.. objects.Values], trailer) : null;
    }

    public byte[] Write()
    {
        StringBuilder file = new("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
        SortedDictionary<int, int> offsets = [];
        foreach (PdfObject item in All)
        {
            offsets[item.Number] = file.Length;
            file.Append(CultureInfo.InvariantCulture, $"{item.Number} 0 obj\n");
            if (item.Stream is null)
            {
                file.Append(item.Body);
            }
            else
            {
                string data = item.Packed ? Pack(item.Stream) : item.Stream;
                string entries = string.Create(CultureInfo.InvariantCulture,
                    $" /Length {item.ClaimedLength ?? data.Length}{(item.Packed ? " /Filter /FlateDecode" : "")} ");
                string body = Length().Replace(item.Body, "");
                int open = body.IndexOf("<<", StringComparison.Ordinal);
                file.Append(open < 0 ? body : body.Insert(open + 2, entries)).Append("\nstream\n").Append(data).Append("\nendstream");
            }
            file.Append("\nendobj\n");
        }
        int index = file.Length;
        if (Indexed)
        {
            file.Append("xref\n0 1\n0000000000 65535 f \n");
            foreach ((int number, int offset) in offsets)
                file.Append(CultureInfo.InvariantCulture, $"{number} 1\n{Math.Max(0, offset + Shift):0000000000} 00000 n \n");
        }
        if (Ended)
            file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Keys.LastOrDefault() + 1} {Trailer} >>\n")
                .Append(CultureInfo.InvariantCulture, $"startxref\n{index}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    private static int EndOfStream(string text, string body, int data)
    {
        if (DirectLength().Match(body) is { Success: true } length
            && int.TryParse(length.Groups["length"].Value, CultureInfo.InvariantCulture, out int claimed) && claimed < text.Length - data
            && text.AsSpan(data + claimed, Math.Min(14, text.Length - data - claimed)).TrimStart().StartsWith("endstream"))
            return data + claimed;
        int end = text.IndexOf("endstream", data, StringComparison.Ordinal);
        return end < 0 ? text.Length : end;
    }

    private static void ReadObjectStream(string body, string content, SortedDictionary<int, PdfObject> into)
    {
        if (!int.TryParse(FirstOffset().Match(body).Groups["first"].Value, CultureInfo.InvariantCulture, out int first)
            || first > content.Length)
            return;
        int[] pairs = [.. Numbers().Matches(content[..first]).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];
        for (int i = 0; i + 1 < pairs.Length; i += 2)
        {
            int from = first + pairs[i + 1], to = i + 3 < pairs.Length ? first + pairs[i + 3] : content.Length;
            if (from <= to && to <= content.Length)
                into[pairs[i]] = new PdfObject(pairs[i], content[from..to].Trim(), null, packed: false);
        }
    }

    private static (string Content, bool Packed) Unpacked(string data, string body)
    {
        if (!Filters().IsMatch(body) || body.Contains("/DecodeParms", StringComparison.Ordinal))
            return (data, false);
        try
        {
            using ZLibStream flate = new(new MemoryStream(Encoding.Latin1.GetBytes(data)), CompressionMode.Decompress);
            byte[] buffer = new byte[LargestStream];
            int read = flate.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return read < buffer.Length ? (Encoding.Latin1.GetString(buffer, 0, read), true) : (data, false);
        }
        catch (InvalidDataException)
        {
            return (data, false);
        }
    }

    private static string Pack(string content)
    {
        using MemoryStream packed = new();
        using (ZLibStream flate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            flate.Write(Encoding.Latin1.GetBytes(content));
        return Encoding.Latin1.GetString(packed.GetBuffer(), 0, (int)packed.Length);
    }

    [GeneratedRegex(@"(?<![0-9])(?<number>\d{1,7}) \d{1,5} obj\b", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectStart();

    [GeneratedRegex(@"(?<!end)stream\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex StreamStart();

    [GeneratedRegex(@"trailer\s*<<(?<entries>.*?)>>\s*startxref", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Trailers();

    [GeneratedRegex(@"/Type\s*/XRef", RegexOptions.CultureInvariant)]
    private static partial Regex CrossReferences();

    [GeneratedRegex(@"/(Root|Info)\s+\d+\s+\d+\s+R", RegexOptions.CultureInvariant)]
    private static partial Regex TrailerEntry();

    [GeneratedRegex(@"/Filter\s*(\[\s*/FlateDecode\s*\]|/FlateDecode)", RegexOptions.CultureInvariant)]
    private static partial Regex Filters();

    [GeneratedRegex(@"/Length\s+\d+(\s+\d+\s+R)?", RegexOptions.CultureInvariant)]
    private static partial Regex Length();

    [GeneratedRegex(@"/Length\s+(?<length>\d+)(?!\s+\d+\s+R)", RegexOptions.CultureInvariant)]
    private static partial Regex DirectLength();

    [GeneratedRegex(@"/First\s+(?<first>\d{1,9})", RegexOptions.CultureInvariant)]
    private static partial Regex FirstOffset();

    [GeneratedRegex(@"\d{1,9}", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
