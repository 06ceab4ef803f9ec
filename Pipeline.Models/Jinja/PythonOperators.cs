using System.Runtime.CompilerServices;

namespace Pipeline.Models.Jinja;

/// <summary>Python's operators over the values of templates.</summary>
internal static class PythonOperators
{
    private const int LongestText = 1 << 24;

    /// <summary>Whether a value is true: not empty, not zero, not missing.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        JinjaList list => list.Items.Count > 0,
        JinjaDict dict => dict.Count > 0,
        _ => true,
    };

    /// <summary><c>==</c>.</summary>
    public static new bool Equals(object? left, object? right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (TryNumber(left, out double a) && TryNumber(right, out double b))
            return left is not double && right is not double ? ToLong(left) == ToLong(right) : a == b;
        return (left, right) switch
        {
            (null, null) or (JinjaUndefined, JinjaUndefined) => true,
            (string x, string y) => string.Equals(x, y, StringComparison.Ordinal),
            (JinjaList x, JinjaList y) => x.IsTuple == y.IsTuple && x.Items.Count == y.Items.Count
                && x.Items.Zip(y.Items).All(pair => Equals(pair.First, pair.Second)),
            (JinjaDict x, JinjaDict y) => x.Count == y.Count
                && x.Items.All(pair => y.TryGet(pair.Key, out object? value) && Equals(pair.Value, value)),
            _ => ReferenceEquals(left, right),
        };
    }

    /// <summary>Order of two values of one kind: negative, zero or positive.</summary>
    /// <exception cref="JinjaException">They cannot be compared.</exception>
    public static int Compare(object? left, object? right)
    {
        if (TryNumber(left, out double a) && TryNumber(right, out double b))
            return left is not double && right is not double ? ToLong(left).CompareTo(ToLong(right)) : a.CompareTo(b);
        if (left is string x && right is string y) return PythonStrings.Compare(x, y);
        if (left is JinjaList p && right is JinjaList q && p.IsTuple == q.IsTuple)
        {
            for (int i = 0; i < Math.Min(p.Items.Count, q.Items.Count); i++)
                if (!Equals(p.Items[i], q.Items[i])) return Compare(p.Items[i], q.Items[i]);
            return p.Items.Count.CompareTo(q.Items.Count);
        }
        throw Mismatch("<", left, right);
    }

    /// <summary><c>item in container</c>.</summary>
    public static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal)
            : throw new JinjaException($"'in <string>' needs a text on its left, not a {PythonText.TypeName(item)}"),
        JinjaDict dict => item is not JinjaUndefined && dict.TryGet(item, out _),
        JinjaUndefined => false,
        _ => Items(container).Any(one => Equals(one, item)),
    };

    /// <summary>The items that a loop sees: of a list, the keys of a dictionary, the characters of a text.</summary>
    /// <exception cref="JinjaException">The value has none.</exception>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        JinjaList list => list.Items,
        JinjaDict dict => [.. dict.Items.Select(pair => pair.Key is JinjaNone ? null : pair.Key)],
        string text => [.. text.EnumerateRunes().Select(rune => rune.ToString())],
        JinjaUndefined => [],
        _ => throw new JinjaException($"a {PythonText.TypeName(value)} is not iterable"),
    };

    /// <summary><c>+</c>, <c>-</c>, <c>*</c>, <c>/</c>, <c>//</c>, <c>%</c> or <c>**</c>.</summary>
    /// <exception cref="JinjaException">The operands do not fit, or the result is too large.</exception>
    public static object? Arithmetic(JinjaContext context, string op, object? left, object? right)
    {
        if (left is JinjaUndefined missing) throw missing.Fault();
        if (right is JinjaUndefined other) throw other.Fault();
        if (TryNumber(left, out double a) && TryNumber(right, out double b))
            return left is double || right is double || op == "/" ? Floating(op, a, b) : Whole(op, ToLong(left), ToLong(right));
        switch (op, left, right)
        {
            case ("+", string x, string y):
                context.Charge((x.Length + y.Length) / 64);
                return x.Length + y.Length <= LongestText ? x + y : throw TooLong();
            case ("+", JinjaList x, JinjaList y) when x.IsTuple == y.IsTuple:
                context.Charge(x.Items.Count + y.Items.Count);
                return new JinjaList([.. x.Items, .. y.Items], x.IsTuple);
            case ("*", string x, long or bool):
                return Repeat(context, x, ToLong(right));
            case ("*", long or bool, string y):
                return Repeat(context, y, ToLong(left));
            case ("*", JinjaList x, long or bool):
                context.Charge(checked(x.Items.Count * Math.Clamp(ToLong(right), 0, LongestText)));
                return new JinjaList([.. Enumerable.Repeat(x.Items, (int)Math.Clamp(ToLong(right), 0, LongestText)).SelectMany(i => i)],
                    x.IsTuple);
            case ("%", string x, _):
                return PercentFormat.Format(x, right is JinjaList { IsTuple: true } tuple ? tuple.Items : [right], right as JinjaDict);
            default:
                throw Mismatch(op, left, right);
        }
    }

    /// <summary><c>-value</c>.</summary>
    public static object Negate(object? value) => value switch
    {
        long or bool => (object)-ToLong(value),
        double number => -number,
        _ => throw new JinjaException($"a {PythonText.TypeName(value)} has no negative"),
    };

    /// <summary>The number that a value is; truth values are 0 and 1.</summary>
    public static bool TryNumber(object? value, out double number)
    {
        number = value switch { long whole => whole, double real => real, bool flag => flag ? 1 : 0, _ => double.NaN };
        return value is long or double or bool;
    }

    private static long ToLong(object? value) => value is bool flag ? flag ? 1 : 0 : (long)value!;

    private static string Repeat(JinjaContext context, string text, long times)
    {
        times = Math.Max(times, 0);
        if (text.Length > 0 && times > LongestText / text.Length) throw TooLong();
        context.Charge(text.Length * times / 64);
        return string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times));
    }

    private static object Whole(string op, long a, long b)
    {
        try
        {
            checked
            {
                return op switch
                {
                    "+" => (object)(a + b),
                    "-" => a - b,
                    "*" => a * b,
                    "//" => FloorDivide(a, NotZero(b)),
                    "%" => a - FloorDivide(a, NotZero(b)) * b,
                    "**" when b < 0 => Math.Pow(NotZero(a), b),
                    "**" => Power(a, b),
                    _ => throw new InvalidOperationException(op),
                };
            }
        }
        catch (OverflowException)
        {
            throw new JinjaException($"{a} {op} {b} is too large");
        }
    }

    private static long NotZero(long value) => value != 0 ? value : throw new JinjaException("division by zero");

    private static long FloorDivide(long a, long b) => checked(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));

    private static long Power(long value, long exponent)
    {
        if (value is 0 or 1) return exponent == 0 ? 1 : value;
        if (value == -1) return exponent % 2 == 0 ? 1 : -1;
        long result = 1;
        for (; exponent > 0; exponent--) result = checked(result * value);
        return result;
    }

    private static object Floating(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b != 0 ? a / b : throw new JinjaException("division by zero"),
        "//" => b != 0 ? Math.Floor(a / b) : throw new JinjaException("division by zero"),
        "%" => b != 0 ? a - Math.Floor(a / b) * b : throw new JinjaException("division by zero"),
        "**" => Math.Pow(a, b),
        _ => throw new InvalidOperationException(op),
    };

    private static JinjaException TooLong() => new($"a text of more than {LongestText} characters");

    private static JinjaException Mismatch(string op, object? left, object? right) => left is JinjaUndefined missing ? missing.Fault()
        : right is JinjaUndefined other ? other.Fault()
        : new JinjaException($"'{op}' takes no {PythonText.TypeName(left)} with a {PythonText.TypeName(right)}");
}
