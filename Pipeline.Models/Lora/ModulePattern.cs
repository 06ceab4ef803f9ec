using System.Text.RegularExpressions;

namespace Pipeline.Models.Lora;

/// <summary>PEFT's regular expressions over names of layers.</summary>
internal static class ModulePattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);     // a name is short; only a hostile pattern needs longer

    /// <summary>Whether a pattern matches the whole name.</summary>
    /// <exception cref="InputException">It is not a regular expression.</exception>
    public static bool MatchesWhole(string pattern, string name) => IsMatch($@"\A(?:{pattern})\z", pattern, name);

    /// <summary>The value of the first pattern that matches the name or its end after a dot.</summary>
    /// <exception cref="InputException">A pattern is not a regular expression.</exception>
    public static T First<T>(IReadOnlyList<KeyValuePair<string, T>> patterns, string name, T otherwise)
    {
        foreach ((string pattern, T value) in patterns)
        {
            if (IsMatch($@"\A(?:.*\.)?(?:{pattern})$", pattern, name))
                return value;
        }
        return otherwise;
    }

    private static bool IsMatch(string expression, string pattern, string name)
    {
        try
        {
            return Regex.IsMatch(name, expression, RegexOptions.CultureInvariant, Limit);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw new InputException($"'{pattern}' is no usable regular expression for names of layers: {e.Message}", e);
        }
    }
}
