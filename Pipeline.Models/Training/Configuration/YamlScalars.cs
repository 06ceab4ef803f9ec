using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// Plain words of YAML 1.1, as Python's reader takes them for LLaMA-Factory: truth values, and whole numbers in all notations.
/// </summary>
internal static partial class YamlScalars
{
    private static readonly HashSet<string> Truths = new(StringComparer.Ordinal)
    {
        "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF",
    };

    /// <summary>Whether the word is true or false, in one of YAML's spellings.</summary>
    public static bool IsTruth(string word) => Truths.Contains(word);

    /// <summary>
    /// A number in decimal digits: <c>1_000</c>, <c>0x10</c>, <c>010</c> (octal), <c>0b11</c> and <c>1:30</c> (base 60) are numbers.
    /// Null for a word that is none, or is one as it stands.
    /// </summary>
    public static string? Number(string word)
    {
        Match match = Whole().Match(word);
        if (!match.Success)
            return Fraction().IsMatch(word) ? word.Replace("_", "", StringComparison.Ordinal) : null;
        string digits = match.Groups["digits"].Value.Replace("_", "", StringComparison.Ordinal);
        try
        {
            long value = digits switch
            {
                ['0', 'b', .. string binary] => Convert.ToInt64(binary, 2),
                ['0', 'x', .. string hexadecimal] => Convert.ToInt64(hexadecimal, 16),
                ['0', _, ..] => Convert.ToInt64(digits, 8),
                _ => digits.Split(':').Aggregate(0L, (sum, part) => checked(sum * 60 + long.Parse(part, CultureInfo.InvariantCulture))),
            };
            return (match.Groups["sign"].Value == "-" ? -value : value).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException or FormatException or ArgumentException)
        {
            return null;        // reported with the word as it stands
        }
    }

    [GeneratedRegex(@"^(?<sign>[-+]?)(?<digits>0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|(?:0|[1-9][0-9_]*)|[1-9][0-9_]*(?::[0-5]?[0-9])+)$")]
    private static partial Regex Whole();

    // Without a blank at the end the reader takes a number with a low line for one, whatever its notation.
    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$")]
    private static partial Regex Fraction();
}
