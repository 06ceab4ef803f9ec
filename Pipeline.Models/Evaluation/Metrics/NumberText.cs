using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>A number in a text, however it is written.</summary>
/// <param name="Readings">
/// Values it may have: 1,234 is one thousand or a little more than one; empty for what is no value, such as the version 2.6.18.
/// </param>
/// <param name="Written">Its digits and separators.</param>
/// <param name="Unit">Unit of measure behind it or currency before it, by the name that all its spellings share; null without one.</param>
public sealed partial record NumberText(IReadOnlyList<decimal> Readings, string Written, string? Unit)
{
    /// <summary>The numbers of a text in order. Digits that belong to a word, as in ext4 or IPv6, are none.</summary>
    /// <param name="text">Anything; digits of all scripts are read.</param>
    public static IReadOnlyList<NumberText> All(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string plain = PlainDigits(text);
        List<NumberText> found = [];
        foreach (Match match in Pattern().Matches(plain))
        {
            string digits = match.Groups["digits"].Value;
            int sign = match.Groups["sign"].Length > 0 ? -1 : 1;
            string? unit = Units.NameOf(match.Groups["unit"].Value) ?? Units.NameOf(match.Groups["currency"].Value);
            found.Add(new NumberText([.. Values(digits).Distinct().Select(value => sign * value)], digits, unit));
        }
        return found;
    }

    /// <summary>Whether two may be the same number; units that contradict each other make them different.</summary>
    /// <param name="other">The other one.</param>
    public bool Matches(NumberText other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Unit is not null && other.Unit is not null && Unit != other.Unit) return false;
        return Readings.Count == 0 || other.Readings.Count == 0 ? Written == other.Written : Readings.Intersect(other.Readings).Any();
    }

    private static IEnumerable<decimal> Values(string digits)
    {
        // Blanks and apostrophes separate thousands in every language.
        string compact = string.Concat(digits.Where(c => char.IsAsciiDigit(c) || c is '.' or ','));
        int points = compact.Count(c => c == '.'), commas = compact.Count(c => c == ',');
        if (points + commas == 0)
        {
            if (Parse(compact) is { } whole) yield return whole;
            yield break;
        }
        if (points > 0 && commas > 0)
        {
            char last = compact[compact.LastIndexOfAny(['.', ','])], first = last == '.' ? ',' : '.';
            if (compact.Count(c => c == last) == 1 && AreThousands(compact[..compact.IndexOf(last)], first)
                && Parse(compact.Replace(first.ToString(), "", StringComparison.Ordinal).Replace(last, '.')) is { } both)
                yield return both;
            yield break;
        }
        char separator = points > 0 ? '.' : ',';
        if (AreThousands(compact, separator) && Parse(compact.Replace(separator.ToString(), "", StringComparison.Ordinal)) is { } thousands)
            yield return thousands;
        if (points + commas == 1 && Parse(compact.Replace(separator, '.')) is { } decimals)
            yield return decimals;
    }

    private static bool AreThousands(string digits, char separator)
    {
        string[] groups = digits.Split(separator);
        return groups[0].Length is >= 1 and <= 3 && groups[0] != "0" && groups.Skip(1).All(group => group.Length == 3);
    }

    private static decimal? Parse(string digits) =>
        decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) ? value : null;

    private static string PlainDigits(string text)
    {
        StringBuilder plain = new(text.Length);
        foreach (char c in text)
            plain.Append(c switch
            {
                '\u00a0' or '\u202f' or '\u2009' => ' ',
                '\u2212' => '-',
                '\u066b' => '.',
                '\u066c' => ',',
                '’' => '\'',
                _ when char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber => (char)('0' + (int)char.GetNumericValue(c)),
                _ => c,
            });
        return plain.ToString();
    }

    // A sign counts after a blank or a bracket alone: 10-20 is no minus. Blanks join groups of exactly three digits.
    [GeneratedRegex(@"(?<![\p{L}\p{M}\p{N}_])(?<![\p{L}\p{N}_][.,])(?<currency>[$€£¥])?\s?(?<sign>(?<=^|[\s(\[=:])-)?"
        + @"(?<digits>[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]{1,30})?(?![0-9])|[0-9]{1,30}(?:[.,][0-9]{1,30}){0,8})"
        + @"(?:[ \-]?(?<unit>%|‰|°\s?[CF]?|[$€£¥]|[µμΩ]?\p{L}{1,14}[²³]?(?:/\p{L}{1,4})?))?", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
