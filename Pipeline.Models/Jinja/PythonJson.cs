using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Models.Runtime.Python;

namespace Pipeline.Models.Jinja;

/// <summary>
/// <c>json.dumps</c>, which is what <c>tojson</c> means in a chat template: ", " and ": " between, keys in their order, no escapes
/// for HTML.
/// </summary>
internal static class PythonJson
{
    /// <summary>The JSON of a value.</summary>
    /// <exception cref="JinjaException">The value has no JSON.</exception>
    public static string Dump(object? value, Form form)
    {
        StringBuilder text = new();
        Append(value, text, form, depth: 0);
        return text.ToString();
    }

    private static void Append(object? value, StringBuilder text, Form form, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case null:
            case JinjaNone:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case long number:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                text.Append(double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity"
                    : PythonText.Float(number));
                break;
            case string quoted:
                text.AppendQuoted(quoted, form.EnsureAscii);
                break;
            case JinjaList list:
                AppendItems('[', list.Items, ']', item => Append(item, text, form, depth + 1), text, form, depth);
                break;
            case JinjaDict dict:
                IEnumerable<KeyValuePair<object, object?>> items = dict.Items;
                if (form.SortKeys) items = items.OrderBy(pair => KeyOf(pair.Key), StringComparer.Ordinal);
                AppendItems('{', [.. items], '}', pair =>
                {
                    text.AppendQuoted(KeyOf(pair.Key), form.EnsureAscii).Append(form.KeySeparator);
                    Append(pair.Value, text, form, depth + 1);
                }, text, form, depth);
                break;
            default:
                throw new JinjaException($"a {PythonText.TypeName(value)} cannot become JSON");
        }
    }

    private static void AppendItems<T>(char open, IReadOnlyList<T> items, char close, Action<T> append, StringBuilder text, Form form,
        int depth)
    {
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(form.ItemSeparator);
            BreakLine(depth + 1);
            append(items[i]);
        }
        if (items.Count > 0) BreakLine(depth);
        text.Append(close);

        void BreakLine(int levels)
        {
            if (form.Indent is null) return;
            text.Append('\n');
            for (int i = 0; i < levels; i++) text.Append(form.Indent);
        }
    }

    private static string KeyOf(object key) => key switch
    {
        string text => text,
        JinjaNone => "null",
        bool flag => flag ? "true" : "false",
        _ => PythonText.Str(key),
    };

    /// <summary>How JSON is written.</summary>
    /// <param name="EnsureAscii">Whether characters beyond ASCII are escaped.</param>
    /// <param name="Indent">What a level is indented by; null for one line.</param>
    /// <param name="Separators">Between items and behind keys; null for the usual ones.</param>
    /// <param name="SortKeys">Whether keys are sorted.</param>
    public sealed record Form(bool EnsureAscii, string? Indent, (string Item, string Key)? Separators, bool SortKeys)
    {
        /// <summary>Between items.</summary>
        public string ItemSeparator => Separators?.Item ?? (Indent is null ? ", " : ",");

        /// <summary>Behind keys.</summary>
        public string KeySeparator => Separators?.Key ?? ": ";
    }
}
