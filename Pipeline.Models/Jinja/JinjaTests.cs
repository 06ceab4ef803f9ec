namespace Pipeline.Models.Jinja;

/// <summary>What <c>is</c> asks.</summary>
internal static class JinjaTests
{
    /// <summary>The tests by name.</summary>
    public static IReadOnlyDictionary<string, Func<object?, JinjaArguments, bool>> All { get; } =
        new Dictionary<string, Func<object?, JinjaArguments, bool>>(StringComparer.Ordinal)
        {
            ["defined"] = (value, _) => value is not JinjaUndefined,
            ["undefined"] = (value, _) => value is JinjaUndefined,
            ["none"] = (value, _) => value is null,
            ["boolean"] = (value, _) => value is bool,
            ["true"] = (value, _) => value is true,
            ["false"] = (value, _) => value is false,
            ["integer"] = (value, _) => value is long,
            ["float"] = (value, _) => value is double,
            ["number"] = (value, _) => value is long or double or bool,
            ["string"] = (value, _) => value is string,
            ["mapping"] = (value, _) => value is JinjaDict,
            ["sequence"] = (value, _) => value is string or JinjaList or JinjaDict or JinjaUndefined,
            ["iterable"] = (value, _) => value is string or JinjaList or JinjaDict or JinjaUndefined,
            ["callable"] = (value, _) => value is JinjaFunction,
            ["escaped"] = (_, _) => false,
            ["filter"] = (value, _) => value is string name && JinjaFilters.All.ContainsKey(name),
            ["test"] = (value, _) => value is string name && All!.ContainsKey(name),
            ["lower"] = (value, _) => PythonStrings.IsCased(PythonText.Str(value), upper: false),
            ["upper"] = (value, _) => PythonStrings.IsCased(PythonText.Str(value), upper: true),
            ["even"] = (value, _) => Whole(value) % 2 == 0,
            ["odd"] = (value, _) => Whole(value) % 2 != 0,
            ["divisibleby"] = (value, a) => Whole(a.Need(0, "num", "divisibleby")) is var by && by != 0 && Whole(value) % by == 0,
            ["in"] = (value, a) => PythonOperators.Contains(a.Need(0, "seq", "in"), value),
            ["sameas"] = (value, a) => a.Need(0, "other", "sameas") is var other
                && (value is null or bool or long or string ? Equals(value, other) : ReferenceEquals(value, other)),
            ["eq"] = Equal,
            ["equalto"] = Equal,
            ["=="] = Equal,
            ["ne"] = (value, a) => !Equal(value, a),
            ["!="] = (value, a) => !Equal(value, a),
            ["lt"] = Order(order => order < 0),
            ["lessthan"] = Order(order => order < 0),
            ["<"] = Order(order => order < 0),
            ["le"] = Order(order => order <= 0),
            ["<="] = Order(order => order <= 0),
            ["gt"] = Order(order => order > 0),
            ["greaterthan"] = Order(order => order > 0),
            [">"] = Order(order => order > 0),
            ["ge"] = Order(order => order >= 0),
            [">="] = Order(order => order >= 0),
        };

    private static bool Equal(object? value, JinjaArguments arguments) =>
        PythonOperators.Equals(value, arguments.Need(0, "other", "equalto"));

    private static Func<object?, JinjaArguments, bool> Order(Func<int, bool> accepts) =>
        (value, arguments) => accepts(PythonOperators.Compare(value, arguments.Need(0, "other", "a comparison")));

    private static long Whole(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        JinjaUndefined missing => throw missing.Fault(),
        _ => throw new JinjaException($"a whole number is needed, not a {PythonText.TypeName(value)}"),
    };
}
