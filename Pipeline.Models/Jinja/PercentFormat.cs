using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Jinja;

/// <summary>Python's <c>text % values</c>: <c>%s</c>, <c>%r</c>, <c>%d</c>, <c>%i</c>, <c>%x</c>, <c>%f</c>, <c>%c</c>,
/// <c>%%</c>.</summary>
internal static partial class PercentFormat
{
    private const int Widest = 10_000;

    /// <summary>The text with its marks filled.</summary>
    /// <param name="format">The text.</param>
    /// <param name="values">Values in order.</param>
    /// <param name="named">Values by name, for marks of the form <c>%(name)s</c>.</param>
    /// <exception cref="JinjaException">A mark is not known, or values are missing or left over.</exception>
    public static string Format(string format, IReadOnlyList<object?> values, JinjaDict? named)
    {
        int next = 0;
        bool usesNames = false;
        string text = Marks().Replace(format, mark =>
        {
            string kind = mark.Groups["kind"].Value;
            if (kind == "%") return "%";
            if (kind.Length == 0) throw new JinjaException($"'{mark.Value}' is no format");
            object? value;
            if (mark.Groups["name"] is { Success: true } name)
            {
                usesNames = true;
                if (named is null || !named.TryGet(name.Value, out value)) throw new JinjaException($"the format needs '{name.Value}'");
            }
            else if (next < values.Count) value = values[next++];
            else throw new JinjaException("the format needs more values");
            return One(kind[0], value, mark.Groups["flags"].Value, mark.Groups["width"].Value, mark.Groups["precision"]);
        });
        return usesNames || named is not null || next == values.Count ? text : throw new JinjaException("the format leaves values over");
    }

    private static string One(char kind, object? value, string flags, string widthText, Group precisionText)
    {
        int width = Number(widthText), precision = precisionText.Success ? Number(precisionText.Value) : -1;
        string body = kind switch
        {
            's' => Cut(PythonText.Str(value), precision),
            'r' or 'a' => Cut(PythonText.Repr(value), precision),
            'c' => value is long code ? char.ConvertFromUtf32((int)code) : PythonText.Str(value),
            'd' or 'i' or 'u' => Whole(value).ToString("D" + Math.Max(precision, 1).ToString(CultureInfo.InvariantCulture),
                CultureInfo.InvariantCulture),
            'x' => Whole(value).ToString("x", CultureInfo.InvariantCulture),
            'X' => Whole(value).ToString("X", CultureInfo.InvariantCulture),
            'o' => Convert.ToString(Whole(value), 8),
            _ => Real(value, kind, precision < 0 ? 6 : precision),
        };
        bool isNumber = kind is not ('s' or 'r' or 'a' or 'c');
        if (isNumber && body[0] != '-' && flags.Contains('+', StringComparison.Ordinal)) body = "+" + body;
        else if (isNumber && body[0] != '-' && flags.Contains(' ', StringComparison.Ordinal)) body = " " + body;
        if (flags.Contains('-', StringComparison.Ordinal)) return body.PadRight(width);
        if (!isNumber || !flags.Contains('0', StringComparison.Ordinal)) return body.PadLeft(width);
        int sign = body[0] is '-' or '+' or ' ' ? 1 : 0;
        return body[..sign] + body[sign..].PadLeft(width - sign, '0');
    }

    private static string Cut(string text, int precision) => precision >= 0 && precision < text.Length ? text[..precision] : text;

    private static string Real(object? value, char kind, int precision)
    {
        if (!PythonOperators.TryNumber(value, out double number)) throw NoNumber(value);
        string digits = precision.ToString(CultureInfo.InvariantCulture);
        return kind is 'f' or 'F' ? number.ToString("F" + digits, CultureInfo.InvariantCulture)
            : kind is 'e' or 'E' ? number.ToString($"{kind}{digits}", CultureInfo.InvariantCulture).Replace("e+0", "e+",
                StringComparison.Ordinal)
                .Replace("e-0", "e-", StringComparison.Ordinal)
            : number.ToString("G" + digits, CultureInfo.InvariantCulture);
    }

    private static long Whole(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        double number => (long)Math.Truncate(number),
        _ => throw NoNumber(value),
    };

    private static JinjaException NoNumber(object? value) => new($"the format needs a number, not a {PythonText.TypeName(value)}");

    private static int Number(string digits) => digits.Length == 0 ? 0
        : int.TryParse(digits, CultureInfo.InvariantCulture, out int number) && number <= Widest ? number
        : throw new JinjaException($"a width or precision of {digits} is more than {Widest}");

    [GeneratedRegex(@"%(?:\((?<name>[^)]*)\))?(?<flags>[-+ 0#]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<kind>[sradiuoxXeEfFgGc%]?)")]
    private static partial Regex Marks();
}
