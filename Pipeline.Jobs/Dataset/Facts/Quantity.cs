using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>A number with its unit, as printed in a cell.</summary>
/// <param name="Number">The number as printed.</param>
/// <param name="Unit">What follows it; empty where nothing does.</param>
internal sealed partial record Quantity(string Number, string Unit)
{
    /// <summary>The quantity that a text consists of, or null.</summary>
    public static Quantity? Of(string text)
    {
        Match match = text.Length > 60 ? Match.Empty : Form().Match(text.Trim());
        return match.Success ? new Quantity(match.Groups["number"].Value, match.Groups["unit"].Value) : null;
    }

    /// <summary>
    /// Negative, zero or positive as this is smaller, equal or larger; null where that is not certain: other units, or a mark that
    /// separates either thousands or decimals ("1.310" beside "930").
    /// </summary>
    public int? CompareTo(Quantity other)
    {
        if (!string.Equals(Unit, other.Unit, StringComparison.Ordinal))
            return null;
        int?[] orders = [.. new[] { '.', ',' }.Select(point => Value(point) is { } a && other.Value(point) is { } b ? a.CompareTo(b)
            : (int?)null)];
        int?[] known = [.. orders.Where(order => order is not null).Distinct()];
        return known.Length == 1 ? known[0] : null;
    }

    /// <summary>Its value where <paramref name="point"/> begins the decimals; null where it cannot be read that way.</summary>
    private decimal? Value(char point)
    {
        string digits = Number.Replace('−', '-').Replace("\u00A0", "").Replace("\u202F", "").Replace(" ", "").TrimStart('+');
        char thousands = point == '.' ? ',' : '.';
        int last = digits.LastIndexOf(point);
        string whole = last < 0 ? digits : digits[..last];
        string[] groups = whole.Split(thousands);
        if (whole.Contains(point, StringComparison.Ordinal) || (last >= 0 && digits[last..].Contains(thousands, StringComparison.Ordinal)))
            return null;
        if (groups.Skip(1).Any(group => group.Length != 3))
            return null;
        string plain = string.Concat(groups) + (last < 0 ? "" : "." + digits[(last + 1)..]);
        return decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal value)
            ? value : null;
    }

    [GeneratedRegex(@"^(?<number>[+\-−]?\d{1,15}(?:[.,\u00A0\u202F ]\d{3})*(?:[.,]\d{1,10})?)\s?"
        + @"(?<unit>(?:[\p{L}%°µΩ€$£‰][\p{L}\p{N}%°µΩ/·²³⁻¹.^\-]{0,14}(?:\s[\p{L}/²³]{1,10}){0,2})?)$")]
    private static partial Regex Form();
}
