using System.Globalization;
using System.Text;

namespace Pipeline.Models.Jinja;

/// <summary>Functions that every template has: Jinja's own and those that transformers adds.</summary>
internal static class JinjaFunctions
{
    private const int LongestRange = 100_000;   // as in Jinja's sandbox

    /// <summary>The functions by name.</summary>
    public static IReadOnlyDictionary<string, JinjaFunction> All { get; } =
        new Dictionary<string, Func<JinjaContext, JinjaArguments, object?>>
        {
            ["range"] = Range,
            ["dict"] = (_, a) => DictOf(a),
            ["namespace"] = (_, a) => NamespaceOf(a),
            ["joiner"] = (_, a) => Joiner(a.Text(0, "sep") ?? ", "),
            ["cycler"] = (_, a) => throw new JinjaException("cycler is not computed here; use loop.cycle"),
            ["raise_exception"] = (_, a) => throw new JinjaRefusal(PythonText.Str(a.Need(0, "message", "raise_exception"))),
            ["strftime_now"] = (context, a) => StrfTime(context.Now(), a.Text(0, "format") ?? ""),
        }.ToDictionary(pair => pair.Key, pair => new JinjaFunction(pair.Key, pair.Value), StringComparer.Ordinal);

    /// <summary>The pairs and names of a call as a dictionary.</summary>
    public static JinjaDict DictOf(JinjaArguments arguments)
    {
        JinjaDict dict = new();
        if (arguments.Positional.Count > 0 && arguments.Positional[0] is JinjaDict given)
            foreach ((object key, object? value) in given.Items) dict[key] = value;
        else if (arguments.Positional.Count > 0)
            foreach (object? pair in PythonOperators.Items(arguments.Positional[0]))
            {
                IReadOnlyList<object?> items = PythonOperators.Items(pair);
                if (items.Count != 2) throw new JinjaException("dict needs pairs");
                dict[items[0]] = items[1];
            }
        foreach ((string name, object? value) in arguments.Named) dict[name] = value;
        return dict;
    }

    private static JinjaNamespace NamespaceOf(JinjaArguments arguments)
    {
        JinjaNamespace names = new();
        foreach ((object name, object? value) in DictOf(arguments).Items) names.Names[PythonText.Str(name)] = value;
        return names;
    }

    private static JinjaList Range(JinjaContext context, JinjaArguments arguments)
    {
        long[] given = [.. arguments.Positional.Select(value => value is long number ? number
            : throw new JinjaException($"range needs whole numbers, not a {PythonText.TypeName(value)}"))];
        if (given.Length is < 1 or > 3) throw new JinjaException("range needs one to three numbers");
        (long start, long stop) = given.Length == 1 ? (0L, given[0]) : (given[0], given[1]);
        long step = given.Length == 3 ? given[2] : 1;
        if (step == 0) throw new JinjaException("range cannot have step 0");
        List<object?> numbers = [];
        for (long i = start; step > 0 ? i < stop : i > stop; i += step)
        {
            if (numbers.Count == LongestRange) throw new JinjaException($"range has more than {LongestRange} numbers");
            numbers.Add(i);
        }
        context.Charge(numbers.Count);
        return new JinjaList(numbers);
    }

    private static JinjaFunction Joiner(string separator)
    {
        bool used = false;
        return new JinjaFunction("joiner", (_, _) =>
        {
            string text = used ? separator : "";
            used = true;
            return text;
        });
    }

    private static string StrfTime(DateTimeOffset now, string format)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            bool bare = format[i + 1] == '-' && i + 2 < format.Length;     // no zero in front
            char kind = format[i += bare ? 2 : 1];
            string part = Part(now, kind);
            text.Append(bare ? part.TrimStart('0') is { Length: > 0 } digits ? digits : "0" : part);
        }
        return text.ToString();
    }

    private static string Part(DateTimeOffset now, char kind)
    {
        string? pattern = kind switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'B' => "MMMM",
            'b' or 'h' => "MMM",
            'd' => "dd",
            'A' => "dddd",
            'a' => "ddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' or 'X' => "HH:mm:ss",
            'D' or 'x' => "MM/dd/yy",
            'c' => "ddd MMM d HH:mm:ss yyyy",
            'f' => "ffffff",
            _ => null,
        };
        return kind switch
        {
            '%' => "%",
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'u' => (now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'z' or 'Z' => "",       // the reference's time knows no zone
            _ => now.ToString(pattern ?? throw new JinjaException($"strftime_now does not know %{kind}"), CultureInfo.InvariantCulture),
        };
    }
}
