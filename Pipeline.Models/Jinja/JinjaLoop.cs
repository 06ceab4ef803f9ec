namespace Pipeline.Models.Jinja;

/// <summary>What a loop's block finds under the name <c>loop</c>.</summary>
/// <param name="items">All items.</param>
/// <param name="depth">How many loops of a recursion are around it.</param>
/// <param name="recurse">Runs the block over other items.</param>
internal sealed class JinjaLoop(IReadOnlyList<object?> items, int depth, Func<object?, string> recurse)
{
    private JinjaList? _changed;

    /// <summary>Place of the item in turn, from 0.</summary>
    public int Index { get; set; }

    /// <summary>Runs the block over other items.</summary>
    public string Recurse(object? inner) => recurse(inner);

    /// <summary>The value of <c>loop.name</c>; C#'s null where there is none.</summary>
    public object? Attribute(string name)
    {
        int index = Index;
        return name switch
        {
            "index" => (long)index + 1,
            "index0" => (long)index,
            "revindex" => (long)(items.Count - index),
            "revindex0" => (long)(items.Count - index - 1),
            "first" => index == 0,
            "last" => index == items.Count - 1,
            "length" => (long)items.Count,
            "depth" => (long)depth + 1,
            "depth0" => (long)depth,
            "previtem" => index > 0 ? items[index - 1] : new JinjaUndefined("the item before the first"),
            "nextitem" => index + 1 < items.Count ? items[index + 1] : new JinjaUndefined("the item behind the last"),
            "cycle" => new JinjaFunction(name, (_, a) => a.Positional.Count > 0 ? a.Positional[index % a.Positional.Count]
                : throw new JinjaException("loop.cycle needs values")),
            "changed" => new JinjaFunction(name, (_, a) => HasChanged(new JinjaList(a.Positional))),
            _ => null,
        };
    }

    private bool HasChanged(JinjaList values)
    {
        bool differs = _changed is null || !PythonOperators.Equals(_changed, values);
        _changed = values;
        return differs;
    }
}
