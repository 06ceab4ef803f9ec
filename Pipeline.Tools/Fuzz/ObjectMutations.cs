using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tools.Fuzz;

/// <summary>Changes of a PDF's objects: numbers, names, references, structure.</summary>
internal static partial class ObjectMutations
{
    private static readonly string[] Names =
    [
        "/Page", "/Pages", "/Catalog", "/Font", "/XObject", "/Image", "/Form", "/Type0", "/Type1", "/Type3", "/TrueType", "/CIDFontType2",
        "/CIDFontType0", "/FlateDecode", "/LZWDecode", "/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/ASCII85Decode", "/RunLengthDecode",
        "/JBIG2Decode", "/Crypt", "/Identity-H", "/Identity-V", "/UniGB-UCS2-H", "/WinAnsiEncoding", "/Symbol", "/DeviceRGB", "/DeviceN",
        "/Separation", "/Indexed", "/ICCBased", "/Pattern", "/Kids", "/Parent", "/Contents", "/Resources", "/Encoding", "/ToUnicode",
        "/FontDescriptor", "/FontFile2", "/SMask", "/Nothing", "/", "/#00",
    ];

    private static readonly string[] PageEntries =
    [
        "/Rotate 45", "/Rotate 90", "/Rotate -90", "/Rotate 270", "/Rotate 2147483647", "/MediaBox [0 0 0 0]", "/MediaBox [0 0 1 1]",
        "/MediaBox [0 0 1e9 1e9]", "/MediaBox [-1000 -1000 -100 -100]", "/MediaBox [612 792 0 0]", "/MediaBox [0 0 0.001 100000]",
        "/MediaBox [0 0 14400 14400]", "/MediaBox [100000 100000 100612 100792]", "/MediaBox [0 0 612]", "/MediaBox [/A /B /C /D]",
        "/CropBox [300 300 301 301]", "/CropBox [5000 5000 6000 6000]", "/CropBox [0 0 0 792]", "/CropBox [10 10 -10 -10]", "/UserUnit 0",
        "/UserUnit 75000", "/UserUnit -1", "/Contents null", "/Contents [1 0 R 1 0 R]", "/Resources null", "/Annots [1 0 R null 7]",
    ];

    private static readonly string[] FontEntries =
    [
        "/FirstChar -5", "/FirstChar 2147483647", "/LastChar 999999", "/Widths [0 0 0]", "/Widths [1e9 -1e9]", "/Widths 7",
        "/FontMatrix [0 0 0 0 0 0]", "/FontMatrix [1e9 0 0 1e9 0 0]", "/DW 1e12", "/DW -1000", "/W [0 [1 2 3] 5 4 -1]",
        "/W [0 99999999 500]",
        "/Encoding /Identity-V", "/Encoding << /Differences [0 /a 300 /b -1 /c] >>", "/Encoding null", "/CIDToGIDMap /Nothing",
        "/FontBBox [0 0 0 0]", "/Ascent 1e30", "/Flags -1", "/DescendantFonts []", "/FontFile2 1 0 R", "/CharProcs << /a 1 0 R >>",
    ];

    private static readonly string[] ImageEntries =
    [
        "/Width 1000000", "/Width 0", "/Width -7", "/Height 2147483647", "/Height 0", "/BitsPerComponent 32", "/BitsPerComponent 0",
        "/BitsPerComponent 3", "/ColorSpace /DeviceCMYK", "/ColorSpace [/Indexed /DeviceRGB 4000 (abc)]", "/ColorSpace null", "/Decode [0]",
        "/ImageMask true", "/Mask [0 0 0 0]", "/SMask 1 0 R", "/Filter /DCTDecode", "/Filter /JPXDecode", "/Filter /CCITTFaxDecode",
        "/Filter [/FlateDecode /FlateDecode]", "/DecodeParms << /Predictor 15 /Columns 100000000 /Colors 99 >>",
    ];

    public static readonly (string Name, Action<PdfObjects, Random> Change)[] All =
    [
        ("a number", (pdf, random) => Replace(pdf, random, Number(), old => Choices.OtherNumber(old, random))),
        ("numbers", ManyNumbers),
        ("a reference", (pdf, random) => Replace(pdf, random, Reference(), _ => OtherReference(pdf, random))),
        ("a reference to itself", ReferToItself),
        ("a name", (pdf, random) => Replace(pdf, random, Name(), _ => random.Of(Names))),
        ("a dropped entry", (pdf, random) => Replace(pdf, random, Entry(), _ => " ")),
        ("a string", (pdf, random) => Replace(pdf, random, Text(), _ => "(" + Garbage(random, 1 << random.Next(12)) + ")")),
        ("nesting", Nest),
        ("a page entry", (pdf, random) => SetEntry(pdf, random, PageType(), PageEntries)),
        ("a font entry", (pdf, random) => SetEntry(pdf, random, FontType(), FontEntries)),
        ("an image entry", (pdf, random) => SetEntry(pdf, random, ImageType(), ImageEntries)),
        ("a count", (pdf, random) => Replace(pdf, random, Count(), _ => "/Count " + random.Of("0", "-1", "2", "5001", "2147483647"))),
        ("more pages", RepeatKids),
        ("an object gone", (pdf, random) => pdf.All.RemoveAt(random.Next(pdf.All.Count))),
        ("two objects swapped", SwapObjects),
        ("a wrong index", BreakIndex),
    ];

    /// <summary>Puts objects of another file in the place of some of this one, or beside them.</summary>
    public static void Splice(PdfObjects pdf, PdfObjects donor, Random random)
    {
        for (int i = 1 + random.Next(3); i > 0; i--)
        {
            PdfObject part = random.Of(donor.All).Copy();
            int at = random.Next(pdf.All.Count);
            part.Number = pdf.All[at].Number;
            pdf.All[at] = part;
        }
    }

    /// <summary>Characters from all bytes.</summary>
    public static string Garbage(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);
    }

    private static void ManyNumbers(PdfObjects pdf, Random random)
    {
        PdfObject item = random.Of(pdf.All);
        item.Body = Number().Replace(item.Body, m => random.Next(3) == 0 ? Choices.OtherNumber(m.Value, random) : m.Value);
    }

    private static void ReferToItself(PdfObjects pdf, Random random)
    {
        PdfObject item = random.Of(pdf.All);
        item.Body = ReplaceOne(item.Body, random, Reference(), _ => string.Create(CultureInfo.InvariantCulture, $"{item.Number} 0 R"));
    }

    private static void Nest(PdfObjects pdf, Random random)
    {
        int depth = 1 << random.Next(2, random.Next(8) == 0 ? 16 : 9);
        (string open, string close) = random.Next(3) switch
        {
            0 => ("[", "]"),
            1 => ("<< /Kids ", " >>"),
            _ => ("[ << /A ", " >> ]"),
        };
        string bomb = string.Concat(Enumerable.Repeat(open, depth)) + "0"
            + (random.Next(4) == 0 ? "" : string.Concat(Enumerable.Repeat(close, depth)));
        PdfObject item = random.Of(pdf.All);
        item.Body = ReplaceOne(item.Body, random, random.Next(2) == 0 ? Number() : Reference(), _ => bomb);
    }

    private static void SetEntry(PdfObjects pdf, Random random, Regex kind, string[] entries)
    {
        PdfObject[] items = [.. pdf.All.Where(o => kind.IsMatch(o.Body))];
        if (items.Length == 0)
            return;
        PdfObject item = random.Of(items);
        string entry = random.Of(entries), key = entry[..(entry.IndexOf(' ', StringComparison.Ordinal) + 1)];
        int open = item.Body.IndexOf("<<", StringComparison.Ordinal);
        if (open < 0)
            return;
        // Readers differ in which of two equal keys they take: the old one loses its name.
        string body = item.Body.Replace(key, "/Was ", StringComparison.Ordinal);
        item.Body = body.Insert(open + 2, $" {entry} ");
    }

    private static void RepeatKids(PdfObjects pdf, Random random)
    {
        PdfObject[] trees = [.. pdf.All.Where(o => o.Body.Contains("/Kids", StringComparison.Ordinal))];
        if (trees.Length == 0)
            return;
        PdfObject tree = random.Of(trees);
        int times = 1 << random.Next(1, 7);
        tree.Body = Kids().Replace(tree.Body, m => $"/Kids [{string.Concat(Enumerable.Repeat(m.Groups["kids"].Value + " ", times))}]");
        if (random.Next(3) > 0)
            tree.Body = Count().Replace(tree.Body, string.Create(CultureInfo.InvariantCulture,
                $"/Count {Reference().Count(Kids().Match(tree.Body).Value)}"));
    }

    private static void SwapObjects(PdfObjects pdf, Random random)
    {
        PdfObject a = random.Of(pdf.All), b = random.Of(pdf.All);
        (a.Number, b.Number) = (b.Number, a.Number);
    }

    private static void BreakIndex(PdfObjects pdf, Random random)
    {
        switch (random.Next(4))
        {
            case 0: pdf.Indexed = false; break;
            case 1: pdf.Ended = false; break;
            case 2: pdf.Shift = random.Next(-200, 200); break;
            default: pdf.Trailer = ReplaceOne(pdf.Trailer, random, Reference(), _ => OtherReference(pdf, random)); break;
        }
    }

    private static string OtherReference(PdfObjects pdf, Random random) => random.Next(6) switch
    {
        0 => "999999 0 R",
        1 => "null",
        2 => "1 0 R",
        _ => string.Create(CultureInfo.InvariantCulture, $"{random.Of(pdf.All).Number} 0 R"),
    };

    private static void Replace(PdfObjects pdf, Random random, Regex what, Func<string, string> with)
    {
        PdfObject[] items = [.. pdf.All.Where(o => what.IsMatch(o.Body))];
        if (items.Length == 0)
            return;
        PdfObject item = random.Of(items);
        item.Body = ReplaceOne(item.Body, random, what, with);
    }

    private static string ReplaceOne(string text, Random random, Regex what, Func<string, string> with)
    {
        MatchCollection found = what.Matches(text);
        if (found.Count == 0)
            return text;
        Match one = found[random.Next(found.Count)];
        return text[..one.Index] + with(one.Value) + text[(one.Index + one.Length)..];
    }

    [GeneratedRegex(@"(?<![\w.#/(-])[-+]?\d*\.?\d+(?!\w)(?! \d+ R)(?! R)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\d+ \d+ R\b", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"/[A-Za-z0-9+,_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"/[A-Za-z0-9]+\s*(/[\w-]+|\d+ \d+ R|-?[\d.]+|\[[^\[\]]*\]|\([^()]*\))", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Text();

    [GeneratedRegex(@"/Count\s+-?\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Count();

    [GeneratedRegex(@"/Kids\s*\[(?<kids>[^\]]*)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Kids();

    [GeneratedRegex(@"/Type\s*/Pages?\b", RegexOptions.CultureInvariant)]
    private static partial Regex PageType();

    [GeneratedRegex(@"/Type\s*/Font", RegexOptions.CultureInvariant)]
    private static partial Regex FontType();

    [GeneratedRegex(@"/Subtype\s*/Image\b", RegexOptions.CultureInvariant)]
    private static partial Regex ImageType();
}
