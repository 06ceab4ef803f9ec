namespace Pipeline.Models.Jinja;

/// <summary>Names that are set in the template, a loop, a macro or a <c>with</c>, inside those around it.</summary>
/// <param name="outer">The scope around it, or null.</param>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private readonly List<(string Name, object? Value)> _names = [];

    /// <summary>Sets a name here.</summary>
    public void Set(string name, object? value)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            if (_names[i].Name != name) continue;
            _names[i] = (name, value);
            return;
        }
        _names.Add((name, value));
    }

    /// <summary>Looks for a name, from the inside outward.</summary>
    public bool TryFind(string name, out object? value)
    {
        for (JinjaScope? scope = this; scope is not null; scope = scope.Outer)
        {
            foreach ((string key, object? found) in scope._names)
            {
                if (key != name) continue;
                value = found;
                return true;
            }
        }
        value = null;
        return false;
    }

    private JinjaScope? Outer => outer;
}
