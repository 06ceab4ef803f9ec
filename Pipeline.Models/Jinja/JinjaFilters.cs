using System.Globalization;

namespace Pipeline.Models.Jinja;

/// <summary>Filters on one value: what stands behind <c>|</c>. Those over lists are <see cref="JinjaListFilters"/>.</summary>
internal static class JinjaFilters
{
    /// <summary>A filter.</summary>
    /// <param name="context">The rendering.</param>
    /// <param name="value">What stands before the bar.</param>
    /// <param name="arguments">What stands in parentheses.</param>
    public delegate object? Filter(JinjaContext context, object? value, JinjaArguments arguments);

    /// <summary>The filters by name.</summary>
    public static IReadOnlyDictionary<string, Filter> All { get; } = new Dictionary<string, Filter>(
        JinjaListFilters.All.Select(pair => new KeyValuePair<string, Filter>(pair.Key, pair.Value)), StringComparer.Ordinal)
    {
        ["abs"] = (_, value, _) => value switch
        {
            long number => (object)Math.Abs(number),
            double number => Math.Abs(number),
            _ => throw Wrong("abs", value),
        },
        ["attr"] = (_, value, a) => JinjaMethods.Attribute(value, a.Text(0, "name") ?? ""),
        ["capitalize"] = OnText((text, _) => PythonStrings.Capitalize(text)),
        ["center"] = OnText((text, a) => Center(text, Math.Min(a.Integer(0, "width", 80), 10_000))),
        ["d"] = Default,
        ["default"] = Default,
        ["e"] = OnText((text, _) => Escape(text)),
        ["escape"] = OnText((text, _) => Escape(text)),
        ["forceescape"] = OnText((text, _) => Escape(text)),
        ["float"] = (_, value, a) => value switch
        {
            long or bool or double => PythonOperators.TryNumber(value, out double number) ? number : 0.0,
            string text when double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            _ => a.Get(0, "default", 0.0),
        },
        ["format"] = (_, value, a) => PercentFormat.Format(PythonText.Str(value), a.Positional,
            a.Named.Count > 0 ? JinjaFunctions.DictOf(new JinjaArguments([], a.Named)) : null),
        ["indent"] = OnText(Indent),
        ["int"] = Int,
        ["length"] = Length,
        ["count"] = Length,
        ["lower"] = OnText((text, _) => text.ToLowerInvariant()),
        ["replace"] = OnText((text, a) => PythonStrings.Replace(text, PythonText.Str(a.Need(0, "old", "replace")),
            PythonText.Str(a.Need(1, "new", "replace")), a.Integer(2, "count", -1))),
        ["round"] = Round,
        ["safe"] = (_, value, _) => value is JinjaUndefined ? "" : value is string ? value : PythonText.Str(value),
        ["string"] = OnText((text, _) => text),
        ["title"] = OnText((text, _) => PythonStrings.Title(text, c => !PythonStrings.IsSpace(c)
            && c is not ('-' or '(' or '[' or '{' or '<'))),
        ["tojson"] = ToJson,
        ["trim"] = OnText((text, a) => PythonStrings.Strip(text, a.Text(0, "chars"), left: true, right: true)),
        ["truncate"] = OnText(Truncate),
        ["upper"] = OnText((text, _) => PythonStrings.Upper(text)),
        ["urlencode"] = OnText((text, _) => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal)),
        ["wordcount"] = (_, value, _) => (long)PythonStrings.Split(PythonText.Str(value), null, -1, fromRight: false).Count,
    };

    /// <summary>The error of a filter that cannot use its value.</summary>
    public static JinjaException Wrong(string filter, object? value) => value is JinjaUndefined missing ? missing.Fault()
        : new JinjaException($"'{filter}' takes no {PythonText.TypeName(value)}");

    private static Filter OnText(Func<string, JinjaArguments, string> change) => (context, value, arguments) =>
    {
        string text = PythonText.Str(value);
        context.Charge(1 + text.Length / 64);
        return change(text, arguments);
    };

    private static object? Default(JinjaContext context, object? value, JinjaArguments arguments) =>
        value is JinjaUndefined || (arguments.Flag(1, "boolean", false) && !PythonOperators.IsTrue(value))
            ? arguments.Get(0, "default_value", "") : value;

    private static object Length(JinjaContext context, object? value, JinjaArguments arguments) => value switch
    {
        string text => (long)PythonStrings.Length(text),
        JinjaList list => (long)list.Items.Count,
        JinjaDict dict => (long)dict.Count,
        JinjaUndefined => 0L,
        _ => throw Wrong("length", value),
    };

    private static object? Int(JinjaContext context, object? value, JinjaArguments arguments)
    {
        object? fallback = arguments.Get(0, "default", 0L);
        if (value is bool or long) return value is bool flag ? flag ? 1L : 0L : value;
        double real = value is double number ? number
            : value is string text && double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double read) ? read
            : double.NaN;
        if (value is string whole && long.TryParse(whole.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out long exact))
            return exact;
        return Math.Abs(real) < long.MaxValue ? (long)Math.Truncate(real) : fallback;
    }

    private static object Round(JinjaContext context, object? value, JinjaArguments arguments)
    {
        if (!PythonOperators.TryNumber(value, out double number)) throw Wrong("round", value);
        int digits = Math.Clamp(arguments.Integer(0, "precision", 0), -15, 15);
        double scale = Math.Pow(10, digits);
        return (arguments.Text(1, "method") ?? "common") switch
        {
            "common" => digits >= 0 ? Math.Round(number, digits, MidpointRounding.ToEven) : Math.Round(number * scale) / scale,
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            string method => throw new JinjaException($"round knows common, ceil and floor, not '{method}'"),
        };
    }

    // As transformers declares it: ensure_ascii, indent, separators, sort_keys.
    private static object ToJson(JinjaContext context, object? value, JinjaArguments arguments)
    {
        string? indent = arguments.Get(1, "indent") switch
        {
            null => null,
            long width => new string(' ', (int)Math.Clamp(width, 0, 64)),
            string text => text,
            _ => throw new JinjaException("tojson's indent must be a number or a text"),
        };
        (string, string)? separators = arguments.Get(2, "separators") is JinjaList { Items: [string item, string key] } ? (item, key)
            : null;
        string json = PythonJson.Dump(value,
            new PythonJson.Form(arguments.Flag(0, "ensure_ascii", false), indent, separators, arguments.Flag(3, "sort_keys", false)));
        context.Charge(1 + json.Length / 8);
        return json;
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);

    private static string Center(string text, int width)
    {
        int missing = Math.Max(width - PythonStrings.Length(text), 0);
        int left = missing / 2 + (missing & width & 1);
        return new string(' ', left) + text + new string(' ', missing - left);
    }

    private static string Indent(string text, JinjaArguments arguments)
    {
        string by = arguments.Get(0, "width", 4L) switch
        {
            long width => new string(' ', (int)Math.Clamp(width, 0, 1000)),
            string given => given,
            _ => throw new JinjaException("indent needs a number or a text"),
        };
        bool blank = arguments.Flag(2, "blank", false);
        string[] lines = (text + "\n").Split('\n')[..^1];
        return string.Join('\n', lines.Select((line, i) =>
            (i == 0 ? arguments.Flag(1, "first", false) : blank || line.Length > 0) ? by + line : line));
    }

    private static string Truncate(string text, JinjaArguments arguments)
    {
        int length = arguments.Integer(0, "length", 255), leeway = arguments.Integer(3, "leeway", 5);
        string end = arguments.Text(2, "end") ?? "...";
        if (text.Length <= length + leeway) return text;
        string cut = text[..Math.Clamp(length - end.Length, 0, text.Length)];
        int space = cut.LastIndexOf(' ');
        return (arguments.Flag(1, "killwords", false) || space < 0 ? cut : cut[..space]) + end;
    }
}
