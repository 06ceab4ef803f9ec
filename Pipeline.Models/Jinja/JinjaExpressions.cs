using System.Runtime.CompilerServices;

namespace Pipeline.Models.Jinja;

/// <summary>A part of an expression.</summary>
internal abstract class JinjaExpression
{
    /// <summary>Its value.</summary>
    public object? Evaluate(JinjaContext context)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        context.Charge(1);
        return Compute(context);
    }

    /// <summary>Whether its value is true.</summary>
    public bool IsTrue(JinjaContext context) => PythonOperators.IsTrue(Evaluate(context));

    /// <summary>Computes the value.</summary>
    protected abstract object? Compute(JinjaContext context);
}

/// <summary>A value written out.</summary>
internal sealed class ConstantExpression(object? value) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => value;
}

/// <summary>A name.</summary>
internal sealed class NameExpression(string name) : JinjaExpression
{
    /// <summary>The name.</summary>
    public string Name => name;

    protected override object? Compute(JinjaContext context) => context.Find(name);
}

/// <summary><c>value.name</c>.</summary>
internal sealed class AttributeExpression(JinjaExpression value, string name) : JinjaExpression
{
    /// <summary>What stands before the point.</summary>
    public JinjaExpression Value => value;

    /// <summary>What stands behind it.</summary>
    public string Name => name;

    protected override object? Compute(JinjaContext context) => JinjaMethods.Attribute(value.Evaluate(context), name);
}

/// <summary><c>value[key]</c>.</summary>
internal sealed class ItemExpression(JinjaExpression value, JinjaExpression key) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => JinjaMethods.Item(value.Evaluate(context), key.Evaluate(context));
}

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(JinjaExpression value, JinjaExpression? start, JinjaExpression? stop, JinjaExpression? step)
    : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => JinjaMethods.Slice(context, value.Evaluate(context),
        start?.Evaluate(context), stop?.Evaluate(context), step?.Evaluate(context));
}

/// <summary>A list or tuple written out.</summary>
internal sealed class ListExpression(IReadOnlyList<JinjaExpression> items, bool isTuple) : JinjaExpression
{
    /// <summary>The items.</summary>
    public IReadOnlyList<JinjaExpression> Items => items;

    protected override object? Compute(JinjaContext context) => new JinjaList([.. items.Select(item => item.Evaluate(context))], isTuple);
}

/// <summary>A dictionary written out.</summary>
internal sealed class DictExpression(IReadOnlyList<(JinjaExpression Key, JinjaExpression Value)> items) : JinjaExpression
{
    protected override object? Compute(JinjaContext context)
    {
        JinjaDict dict = new();
        foreach ((JinjaExpression key, JinjaExpression value) in items) dict[key.Evaluate(context)] = value.Evaluate(context);
        return dict;
    }
}

/// <summary>Arithmetic on two values.</summary>
internal sealed class ArithmeticExpression(string op, JinjaExpression left, JinjaExpression right) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) =>
        PythonOperators.Arithmetic(context, op, left.Evaluate(context), right.Evaluate(context));
}

/// <summary>A sign before a number.</summary>
internal sealed class SignExpression(bool isMinus, JinjaExpression value) : JinjaExpression
{
    protected override object? Compute(JinjaContext context)
    {
        object? number = value.Evaluate(context);
        if (number is JinjaUndefined missing) throw missing.Fault();
        object negative = PythonOperators.Negate(number);
        return isMinus ? negative : PythonOperators.Negate(negative);
    }
}

/// <summary><c>a ~ b</c>: both as text.</summary>
internal sealed class ConcatExpression(IReadOnlyList<JinjaExpression> parts) : JinjaExpression
{
    protected override object? Compute(JinjaContext context)
    {
        string text = "";
        foreach (JinjaExpression part in parts)
            text = (string)PythonOperators.Arithmetic(context, "+", text, PythonText.Str(part.Evaluate(context)))!;
        return text;
    }
}

/// <summary><c>not value</c>.</summary>
internal sealed class NotExpression(JinjaExpression value) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => !value.IsTrue(context);
}

/// <summary><c>and</c> and <c>or</c>, whose value is one of the two.</summary>
internal sealed class LogicExpression(bool isAnd, JinjaExpression left, JinjaExpression right) : JinjaExpression
{
    protected override object? Compute(JinjaContext context)
    {
        object? first = left.Evaluate(context);
        return PythonOperators.IsTrue(first) == isAnd ? right.Evaluate(context) : first;
    }
}

/// <summary><c>a if b else c</c>; without an else, nothing.</summary>
internal sealed class ChoiceExpression(JinjaExpression condition, JinjaExpression then, JinjaExpression? otherwise) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => condition.IsTrue(context) ? then.Evaluate(context)
        : otherwise is null ? new JinjaUndefined("the value of an if without else") : otherwise.Evaluate(context);
}

/// <summary>Comparisons in a row, each of neighbours.</summary>
internal sealed class ComparisonExpression(JinjaExpression first, IReadOnlyList<(string Op, JinjaExpression Operand)> rest)
    : JinjaExpression
{
    protected override object? Compute(JinjaContext context)
    {
        object? left = first.Evaluate(context);
        foreach ((string op, JinjaExpression operand) in rest)
        {
            object? right = operand.Evaluate(context);
            if (!Holds(op, left, right)) return false;
            left = right;
        }
        return true;
    }

    private static bool Holds(string op, object? left, object? right) => op switch
    {
        "==" => PythonOperators.Equals(left, right),
        "!=" => !PythonOperators.Equals(left, right),
        "in" => PythonOperators.Contains(right, left),
        "not in" => !PythonOperators.Contains(right, left),
        "<" => PythonOperators.Compare(left, right) < 0,
        "<=" => PythonOperators.Compare(left, right) <= 0,
        ">" => PythonOperators.Compare(left, right) > 0,
        _ => PythonOperators.Compare(left, right) >= 0,
    };
}

/// <summary>Arguments as they are written.</summary>
/// <param name="Positional">In order; a star spreads a list.</param>
/// <param name="Named">By name; no name spreads a dictionary.</param>
internal sealed record CallArguments(IReadOnlyList<(JinjaExpression Value, bool Spreads)> Positional,
    IReadOnlyList<(string? Name, JinjaExpression Value)> Named)
{
    /// <summary>None.</summary>
    public static CallArguments None { get; } = new([], []);

    /// <summary>Their values.</summary>
    public JinjaArguments Evaluate(JinjaContext context)
    {
        if (Positional.Count == 0 && Named.Count == 0) return JinjaArguments.None;
        List<object?> positional = new(Positional.Count);
        foreach ((JinjaExpression value, bool spreads) in Positional)
        {
            if (spreads) positional.AddRange(PythonOperators.Items(value.Evaluate(context)));
            else positional.Add(value.Evaluate(context));
        }
        List<KeyValuePair<string, object?>> named = new(Named.Count);
        foreach ((string? name, JinjaExpression value) in Named)
        {
            if (name is not null) named.Add(new(name, value.Evaluate(context)));
            else if (value.Evaluate(context) is JinjaDict dict)
                named.AddRange(dict.Items.Select(pair => KeyValuePair.Create(PythonText.Str(pair.Key), pair.Value)));
            else throw new JinjaException("** needs a dictionary");
        }
        return new JinjaArguments(positional, named);
    }
}

/// <summary>A call.</summary>
internal sealed class CallExpression(JinjaExpression function, CallArguments arguments) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => Call(context, extra: null);

    /// <summary>Calls with one more named argument, as a <c>call</c> block does.</summary>
    public object? Call(JinjaContext context, KeyValuePair<string, object?>? extra)
    {
        object? called = function.Evaluate(context);
        JinjaArguments given = arguments.Evaluate(context);
        if (extra is { } one) given = given with { Named = [.. given.Named, one] };
        return called switch
        {
            JinjaFunction known => known.Call(context, given),
            JinjaLoop loop => loop.Recurse(given.Need(0, "iterable", "loop")),
            JinjaUndefined missing => throw missing.Fault(),
            _ => throw new JinjaException($"a {PythonText.TypeName(called)} cannot be called"),
        };
    }
}

/// <summary><c>value | filter(…)</c>.</summary>
internal sealed class FilterExpression(JinjaExpression value, JinjaFilters.Filter filter, CallArguments arguments) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => filter(context, value.Evaluate(context), arguments.Evaluate(context));
}

/// <summary><c>value is [not] test</c>.</summary>
internal sealed class TestExpression(JinjaExpression value, Func<object?, JinjaArguments, bool> test, CallArguments arguments, bool negated)
    : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => test(value.Evaluate(context), arguments.Evaluate(context)) != negated;
}
