using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Tools.Fuzz;

/// <summary>Changes inside streams: operators and operands of pages, character maps, and the packing itself.</summary>
internal static partial class StreamMutations
{
    private static readonly string[] Operators =
    [
        "q", "Q", "BT", "ET", "cm", "Tm", "Td", "TD", "T*", "Tj", "TJ", "'", "\"", "Tf", "Tc", "Tw", "Tz", "TL", "Ts", "Tr", "re",
        "m", "l", "c",
        "h", "f", "S", "s", "B", "n", "W", "W*", "Do", "gs", "sh", "cs", "scn", "rg", "g", "k", "w", "d", "BI", "ID", "EI", "BDC",
        "EMC", "d0",
    ];

    private static readonly string[] Inserts =
    [
        "1e30 0 0 1e30 0 0 cm", "0 0 0 0 0 0 cm", "1 0 0 1 1e20 -1e20 cm", "0 1 -1 0 0 0 cm", "1e-20 0 0 1e-20 0 0 cm", "-1 0 0 -1 0 0 cm",
        "NaN 0 0 NaN 0 0 cm", "BT BT BT", "ET ET", "Q Q Q Q", "1000 Tc", "-100 Tz", "0 Tz", "1e9 Tw", "1e9 TL", "-1e9 Ts", "7 Tr",
        "3 Tr", "99 Tr",
        "0 0 1e9 1e9 re f", "0 0 0 0 re W n", "1 1 1 rg", "[] 0 d", "[0 0] 0 d", "[-1 -1] -5 d", "1e9 w", "0 0 m 1e38 1e38 l S",
        "0 0 m 1e9 -1e9 1e9 1e9 -1e9 0 c f", "/Nothing Do", "/Nothing gs", "/Nothing sh", "/Nothing 12 Tf", "BT /F1 0 Tf ET",
        "BT /F1 1e10 Tf ET",
        "BT /F1 -12 Tf (backwards) Tj ET", "BI /W 9999999 /H 9999999 /BPC 8 /CS /RGB ID x EI", "BI ID EI", "/P << /MCID -1 >> BDC",
        "EMC EMC",
        "(unterminated", "<48656C6C6", "<< /A", "[ (a) -1e30 (b) 1e30 (c) ] TJ", "[ [ [ (a) ] ] ] TJ",
    ];

    public static readonly (string Name, Action<PdfObjects, Random> Change)[] All =
    [
        ("operands", (pdf, random) => Change(pdf, random, s => Number().Replace(s, m =>
            random.Next(40) == 0 ? Choices.OtherNumber(m.Value, random) : m.Value))),
        ("an operand", (pdf, random) => Change(pdf, random, s => One(s, random, Number(), old => Choices.OtherNumber(old, random)))),
        ("operators", (pdf, random) => Change(pdf, random, s => Operator().Replace(s, m =>
            random.Next(40) == 0 ? random.Of(Operators) : m.Value))),
        ("an inserted operation", (pdf, random) => Change(pdf, random, s => One(s, random, Space(), _ => $"\n{random.Of(Inserts)}\n"))),
        ("dropped operations", (pdf, random) => Change(pdf, random, s => Part(s, random, (whole, from, to) =>
            whole[..from] + whole[to..]))),
        ("repeated operations", (pdf, random) => Change(pdf, random, s => Part(s, random, (whole, from, to) =>
            whole[..from] + string.Concat(Enumerable.Repeat(whole[from..to], 2 + random.Next(1 << random.Next(8)))) + whole[to..]))),
        ("unbalanced states", (pdf, random) => Change(pdf, random, s =>
            string.Concat(Enumerable.Repeat(random.Of("q ", "Q ", "BT ", "q 0.999 0 0 0.999 1 1 cm "), 1 << random.Next(12))) + s)),
        ("flipped bytes", (pdf, random) => Change(pdf, random, s => Flip(s, random))),
        ("truncated", (pdf, random) => Change(pdf, random, s => s[..random.Next(s.Length + 1)])),
        ("a string", (pdf, random) => Change(pdf, random, s => One(s, random, Shown(), _ =>
            $"({ObjectMutations.Garbage(random, 1 << random.Next(10))})"))),
        ("a character map", (pdf, random) => Change(pdf, random, s => Hex().Replace(s, m => random.Next(8) == 0 ? Code(random) : m.Value),
            o => o.Stream!.Contains("beginbf", StringComparison.Ordinal))),
        ("a wrong length", (pdf, random) => Pick(pdf, random)?.ClaimedLength = random.Next(4) switch
        {
            0 => 0,
            1 => int.MaxValue,
            2 => -1,
            _ => random.Next(100_000),
        }),
        ("packing", (pdf, random) => Pick(pdf, random)?.Packed ^= true),
        ("a filter", (pdf, random) =>
        {
            if (Pick(pdf, random) is not { } item)
                return;
            item.Packed = random.Next(2) == 0;
            item.Body = item.Body.Replace("<<", "<< /Filter " + random.Of(
                "/LZWDecode", "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode", "/CCITTFaxDecode", "/DCTDecode", "/JBIG2Decode",
                "[/FlateDecode /ASCII85Decode /LZWDecode]", "/Nothing", "7", "[[[]]]") + " ", StringComparison.Ordinal);
        }),
    ];

    /// <summary>Half of the changes go to what draws: pages and forms.</summary>
    private static PdfObject? Pick(PdfObjects pdf, Random random, Func<PdfObject, bool>? only = null)
    {
        PdfObject[] streams = [.. pdf.All.Where(o => o.Stream is { Length: > 0 } && (only is null || only(o)))];
        PdfObject[] drawn = random.Next(2) == 0 ? [] : [.. streams.Where(o => Drawing().IsMatch(o.Stream!))];
        return drawn.Length > 0 ? random.Of(drawn) : streams.Length > 0 ? random.Of(streams) : null;
    }

    private static void Change(PdfObjects pdf, Random random, Func<string, string> with, Func<PdfObject, bool>? only = null)
    {
        if (Pick(pdf, random, only) is { } item)
            item.Stream = with(item.Stream!);
    }

    private static string One(string text, Random random, Regex what, Func<string, string> with)
    {
        // Long streams have many places: the first one after a random point is as good as any.
        Match one = what.Match(text, random.Next(text.Length + 1));
        return one.Success ? text[..one.Index] + with(one.Value) + text[(one.Index + one.Length)..] : text;
    }

    /// <summary>A few lines.</summary>
    private static string Part(string text, Random random, Func<string, int, int, string> change)
    {
        int from = text.IndexOf('\n', random.Next(text.Length)) + 1, to = from;
        for (int lines = 1 << random.Next(5); lines > 0 && to < text.Length; lines--)
            to = text.IndexOf('\n', to) is >= 0 and int end ? end + 1 : text.Length;
        return change(text, from, Math.Min(to, from + 4000));
    }

    private static string Flip(string text, Random random)
    {
        char[] changed = text.ToCharArray();
        for (int i = 1 << random.Next(7); i > 0; i--)
            changed[random.Next(changed.Length)] ^= (char)(1 << random.Next(8));
        return new string(changed);
    }

    /// <summary>Halves of surrogate pairs, control characters, marks of direction, nothing, or very many characters.</summary>
    private static string Code(Random random)
    {
        if (random.Next(4) == 0)
            return "<" + random.Of("D800", "DC00", "D835", "0000", "0009", "000A", "001B", "202E", "FEFF", "FFFF", "", "0",
            "D83DDE00", "0301") + ">";
        StringBuilder code = new("<");
        for (int i = 1 << random.Next(random.Next(8) == 0 ? 12 : 4); i > 0; i--)
            code.Append(random.Next(256).ToString("X2", CultureInfo.InvariantCulture));
        return code.Append('>').ToString();
    }

    [GeneratedRegex(@"(?<![\w.#/(<-])[-+]?\d*\.?\d+(?=\s)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<=[\s\])>])[A-Za-z'""]{1,3}\*?(?=\s)", RegexOptions.CultureInvariant)]
    private static partial Regex Operator();

    [GeneratedRegex(@"\s", RegexOptions.CultureInvariant)]
    private static partial Regex Space();

    [GeneratedRegex(@"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]+>", RegexOptions.CultureInvariant)]
    private static partial Regex Shown();

    [GeneratedRegex(@"<[0-9A-Fa-f\s]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Hex();

    [GeneratedRegex(@"\b(Tf|Tj|TJ|re|cm|Do)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Drawing();
}
