namespace Pipeline.Models.Jinja;

/// <summary>Arguments of a call, in order and by name.</summary>
/// <param name="Positional">Those without a name.</param>
/// <param name="Named">Those with one.</param>
internal sealed record JinjaArguments(IReadOnlyList<object?> Positional, IReadOnlyList<KeyValuePair<string, object?>> Named)
{
    /// <summary>No arguments.</summary>
    public static JinjaArguments None { get; } = new([], []);

    /// <summary>Whether an argument is given.</summary>
    public bool Has(int index, string name) => index < Positional.Count || Named.Any(one => one.Key == name);

    /// <summary>The argument at a place or of a name; the fallback where neither is given.</summary>
    public object? Get(int index, string name, object? fallback = null)
    {
        if (index < Positional.Count) return Positional[index];
        foreach (KeyValuePair<string, object?> one in Named)
            if (one.Key == name) return one.Value;
        return fallback;
    }

    /// <summary>The argument, which must be given.</summary>
    public object? Need(int index, string name, string function) => Has(index, name) ? Get(index, name)
        : throw new JinjaException($"{function} needs its argument '{name}'");

    /// <summary>A text; null where it is null or not given.</summary>
    public string? Text(int index, string name) => Get(index, name) switch
    {
        null => null,
        string text => text,
        object other => throw new JinjaException($"'{name}' must be a text, not a {PythonText.TypeName(other)}"),
    };

    /// <summary>A whole number; the fallback where it is null or not given.</summary>
    public int Integer(int index, string name, int fallback) => Get(index, name) switch
    {
        null => fallback,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        bool flag => flag ? 1 : 0,
        object other => throw new JinjaException($"'{name}' must be a whole number, not {PythonText.Repr(other)}"),
    };

    /// <summary>A truth value; the fallback where it is not given.</summary>
    public bool Flag(int index, string name, bool fallback) => Has(index, name) ? PythonOperators.IsTrue(Get(index, name)) : fallback;

    /// <summary>The arguments from a place on.</summary>
    public JinjaArguments Skip(int count) => new([.. Positional.Skip(count)], Named);

    /// <summary>Refuses more arguments than a function takes.</summary>
    public void AtMost(int count, string function)
    {
        if (Positional.Count + Named.Count > count)
            throw new JinjaException($"{function} takes at most {count} arguments, not {Positional.Count + Named.Count}");
    }
}
