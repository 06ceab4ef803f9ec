using System.Globalization;
using System.Text;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// Unicode normalization form C (UAX #15). Written here because .NET's <c>string.Normalize</c> needs ICU and returns
/// its argument unchanged under <c>InvariantGlobalization</c>, which would silently give other token ids.
/// </summary>
internal static class CanonicalComposition
{
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailBefore = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28, HangulCount = 11172;

    private static readonly Lazy<Tables> Data = new(ReadTables);

    /// <summary>The canonical composition of the text; the same instance when nothing changes.</summary>
    public static string ToFormC(string text)
    {
        // Nothing below U+0300 combines or decomposes into a different composed form.
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02ff') < 0) return text;

        List<int> codePoints = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Decompose(rune.Value, codePoints);
        SortMarks(codePoints);
        Compose(codePoints);

        StringBuilder result = new(text.Length);
        foreach (int codePoint in codePoints) result.Append(new Rune(codePoint).ToString());
        string composed = result.ToString();
        return composed == text ? text : composed;
    }

    private static void Decompose(int codePoint, List<int> target)
    {
        int hangul = codePoint - HangulFirst;
        if (hangul is >= 0 and < HangulCount)
        {
            target.Add(LeadFirst + hangul / (VowelCount * TrailCount));
            target.Add(VowelFirst + hangul % (VowelCount * TrailCount) / TrailCount);
            if (hangul % TrailCount != 0) target.Add(TrailBefore + hangul % TrailCount);
        }
        else if (Data.Value.Decompositions.TryGetValue(codePoint, out (int First, int Second) parts))
        {
            Decompose(parts.First, target);
            if (parts.Second != 0) Decompose(parts.Second, target);
        }
        else
        {
            target.Add(codePoint);
        }
    }

    /// <summary>Stable order of each run of marks by combining class.</summary>
    private static void SortMarks(List<int> codePoints)
    {
        for (int i = 1; i < codePoints.Count; i++)
        {
            int mark = codePoints[i], markClass = ClassOf(mark), j = i;
            if (markClass == 0) continue;
            for (; j > 0 && ClassOf(codePoints[j - 1]) > markClass; j--) codePoints[j] = codePoints[j - 1];
            codePoints[j] = mark;
        }
    }

    private static void Compose(List<int> codePoints)
    {
        int starter = -1, kept = 0, lastClass = -1;
        for (int i = 0; i < codePoints.Count; i++)
        {
            int current = codePoints[i], currentClass = ClassOf(current);
            bool blocked = lastClass != -1 && (lastClass == 0 || lastClass >= currentClass);
            if (starter >= 0 && !blocked && Pair(codePoints[starter], current) is int composed)
            {
                codePoints[starter] = composed;
                continue;
            }
            if (currentClass == 0) (starter, lastClass) = (kept, -1);
            else lastClass = currentClass;
            codePoints[kept++] = current;
        }
        codePoints.RemoveRange(kept, codePoints.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + 19 && second is >= VowelFirst and < VowelFirst + VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailCount == 0
            && second is > TrailBefore and < TrailBefore + TrailCount)
            return first + second - TrailBefore;
        return Data.Value.Compositions.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int ClassOf(int codePoint) =>
        codePoint < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(codePoint);

    private static Tables ReadTables()
    {
        Tables tables = new([], [], []);
        using Stream stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("CanonicalForms.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is string line)
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "d" or "x":
                    (int First, int Second) parts = (Hex(fields[2]), fields.Length > 3 ? Hex(fields[3]) : 0);
                    tables.Decompositions.Add(Hex(fields[1]), parts);
                    if (fields[0] == "d") tables.Compositions.Add(parts, Hex(fields[1]));
                    break;
                case "c":
                    string[] range = fields[2].Split('-');
                    for (int c = Hex(range[0]); c <= Hex(range[^1]); c++)
                        tables.Classes.Add(c, byte.Parse(fields[1], CultureInfo.InvariantCulture));
                    break;
            }
        }
        return tables;
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(
        Dictionary<int, (int First, int Second)> Decompositions,
        Dictionary<(int First, int Second), int> Compositions,
        Dictionary<int, byte> Classes);
}
