using System.Globalization;

namespace Pipeline.Tools.Fuzz;

/// <summary>Choices of a mutation.</summary>
internal static class Choices
{
    private static readonly string[] Odd =
    [
        "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "-2147483648", "4294967296", "9223372036854775807",
        "99999999999999999999999", "1e38", "3.4e38", "-3.4e38", "1e308", "1e999", "0.0000000001", "-0", "NaN", "Infinity", "1.2.3",
        "--5", "+-3",
        ".", "-", "16777217", "0.5", "-0.5", "1000000", "-1000000",
    ];

    /// <summary>Another number, or what some reader takes for one.</summary>
    public static string OtherNumber(string number, Random random)
    {
        if (random.Next(2) == 0 || !double.TryParse(number, CultureInfo.InvariantCulture, out double value))
            return random.Of(Odd);
        double changed = random.Next(6) switch
        {
            0 => value * 10,
            1 => value * 1000,
            2 => -value,
            3 => value + 1,
            4 => value / 100,
            _ => value - 1,
        };
        return changed.ToString("0.####", CultureInfo.InvariantCulture);
    }

    public static T Of<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static string Of(this Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
