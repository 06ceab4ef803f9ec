using System.Globalization;

namespace Pipeline.Models.Runtime.Python;

/// <summary>Floats as Python's <c>repr</c> writes them.</summary>
internal static class PythonFloat
{
    private const int FirstPowerInExponentForm = 16, LastPowerInDecimalForm = -4;

    /// <summary>Shortest text that reads back as the same float: <c>1.0</c>, <c>0.0001</c>, <c>5e-05</c>, <c>1e+16</c>.</summary>
    /// <param name="value">A finite number.</param>
    public static string Text(double value)
    {
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        // "R" is the shortest text too, in another form: digits, and where the point stands.
        string shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        string[] parts = shortest.Split('E');
        string[] halves = parts[0].Split('.');
        string whole = halves[0], fraction = halves.Length > 1 ? halves[1] : "";
        int power = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) + whole.Length - 1;
        string digits = (whole + fraction).TrimStart('0');
        power -= whole.Length + fraction.Length - digits.Length;
        digits = digits.TrimEnd('0') is { Length: > 0 } significant ? significant : "0";
        string sign = value < 0 ? "-" : "";
        if (power is >= FirstPowerInExponentForm or < LastPowerInDecimalForm)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(power < 0 ? "-" : "+")}{Math.Abs(power):00}";
        if (power < 0) return $"{sign}0.{new string('0', -power - 1)}{digits}";
        string before = digits.PadRight(power + 1, '0')[..(power + 1)];
        return $"{sign}{before}.{(digits.Length > power + 1 ? digits[(power + 1)..] : "0")}";
    }
}
