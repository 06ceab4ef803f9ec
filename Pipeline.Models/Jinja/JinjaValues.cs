namespace Pipeline.Models.Jinja;

/// <summary>
/// A name or key that does not exist: false, prints as nothing, is empty to a loop, and an error anywhere else. The other values of
/// templates are null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <see cref="JinjaList"/>,
/// <see cref="JinjaDict"/>, <see cref="JinjaNamespace"/> and <see cref="JinjaFunction"/>: no object of the program can be reached.
/// </summary>
/// <param name="What">What was looked for, for messages.</param>
internal sealed record JinjaUndefined(string What)
{
    /// <summary>The error of using it.</summary>
    public JinjaException Fault() => new($"{What} is undefined");
}

/// <summary>A list or a tuple; templates cannot change one.</summary>
internal sealed class JinjaList(IReadOnlyList<object?> items, bool isTuple = false)
{
    /// <summary>The items.</summary>
    public IReadOnlyList<object?> Items => items;

    /// <summary>Whether it is a tuple, which prints in parentheses and equals no list.</summary>
    public bool IsTuple => isTuple;
}

/// <summary>A dictionary in the order of its keys; templates cannot change one.</summary>
internal sealed class JinjaDict
{
    private readonly OrderedDictionary<object, object?> _items = [];

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Items => _items;

    /// <summary>How many keys there are.</summary>
    public int Count => _items.Count;

    /// <summary>Sets a key while the dictionary is made.</summary>
    public object? this[object? key]
    {
        set => _items[KeyOf(key)] = value;
    }

    /// <summary>The value of a key.</summary>
    public bool TryGet(object? key, out object? value) => _items.TryGetValue(KeyOf(key), out value);

    // As in Python, 1, 1.0 and True are one key; a missing name is none.
    private static object KeyOf(object? key) => key switch
    {
        string or JinjaNone => key,
        null => JinjaNone.Value,
        bool or long => Convert.ToInt64(key, System.Globalization.CultureInfo.InvariantCulture),
        double number when number == Math.Floor(number) && Math.Abs(number) < 1L << 53 => (long)number,
        double => key,
        _ => throw new JinjaException($"a {PythonText.TypeName(key)} cannot be a key"),
    };
}

/// <summary>Stands for null among keys.</summary>
internal sealed class JinjaNone
{
    private JinjaNone()
    {
    }

    /// <summary>The only one.</summary>
    public static JinjaNone Value { get; } = new();
}

/// <summary>What <c>namespace()</c> makes: names that keep their values beyond a loop.</summary>
internal sealed class JinjaNamespace
{
    /// <summary>Names and values.</summary>
    public Dictionary<string, object?> Names { get; } = new(StringComparer.Ordinal);
}

/// <summary>Something that can be called: a function of the language, a method of a value or a macro.</summary>
/// <param name="name">Its name, for messages.</param>
/// <param name="call">What it does.</param>
internal sealed class JinjaFunction(string name, Func<JinjaContext, JinjaArguments, object?> call)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Calls it.</summary>
    public object? Call(JinjaContext context, JinjaArguments arguments) => call(context, arguments);
}
