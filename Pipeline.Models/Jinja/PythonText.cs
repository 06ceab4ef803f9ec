using System.Globalization;
using System.Text;
using Pipeline.Models.Runtime.Python;

namespace Pipeline.Models.Jinja;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Str(object? value) => value is string text ? text : value is JinjaUndefined ? "" : Repr(value);

    /// <summary><c>repr(value)</c>.</summary>
    public static string Repr(object? value)
    {
        StringBuilder text = new();
        Append(value, text);
        return text.ToString();
    }

    /// <summary>The name of a value's type, for messages.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        JinjaList list => list.IsTuple ? "tuple" : "list",
        JinjaDict => "dict",
        JinjaNamespace => "namespace",
        JinjaUndefined => "undefined value",
        _ => "function",
    };

    /// <summary>A float with the fewest digits that read back as it, in Python's form: 1.0, 0.5, 1e+16, 2.5e-07.</summary>
    public static string Float(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        return PythonFloat.Text(value);
    }

    private static void Append(object? value, StringBuilder text)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case null:
            case JinjaNone:
                text.Append("None");
                break;
            case bool flag:
                text.Append(flag ? "True" : "False");
                break;
            case long number:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                text.Append(Float(number));
                break;
            case string quoted:
                AppendQuoted(quoted, text);
                break;
            case JinjaList list:
                text.Append(list.IsTuple ? '(' : '[');
                AppendEach(list.Items, item => Append(item, text), text);
                text.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case JinjaDict dict:
                text.Append('{');
                AppendEach(dict.Items, pair =>
                {
                    Append(pair.Key, text);
                    text.Append(": ");
                    Append(pair.Value, text);
                }, text);
                text.Append('}');
                break;
            case JinjaUndefined:
                text.Append("Undefined");
                break;
            default:
                text.Append('<').Append(TypeName(value)).Append('>');
                break;
        }
    }

    private static void AppendEach<T>(IReadOnlyList<T> items, Action<T> append, StringBuilder text)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(", ");
            append(items[i]);
        }
    }

    private static void AppendQuoted(string value, StringBuilder text)
    {
        char quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (rune.Value == quote || rune.Value == '\\') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') text.Append("\\n");
            else if (rune.Value == '\r') text.Append("\\r");
            else if (rune.Value == '\t') text.Append("\\t");
            else if (IsPrintable(rune)) text.Append(rune.ToString());
            else
                text.Append(rune.Value <= 0xFF ? "\\x" : rune.Value <= 0xFFFF ? "\\u" : "\\U").Append(rune.Value.ToString(
                    rune.Value <= 0xFF ? "x2" : rune.Value <= 0xFFFF ? "x4" : "x8", CultureInfo.InvariantCulture));
        }
        text.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
