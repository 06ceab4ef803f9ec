using System.Text;

namespace Pipeline.Models.Jinja;

/// <summary>One rendering: names, what was written, and how much may still be done. Not safe for concurrent use.</summary>
internal sealed class JinjaContext
{
    private const int DeepestCalls = 100;
    private readonly long _mostWork;
    private readonly int _longestOutput;
    private long _work;
    private int _calls;

    /// <param name="names">What the template is given.</param>
    /// <param name="now">The current local time.</param>
    /// <param name="mostWork">Steps, and items and characters handled, before the rendering is given up.</param>
    /// <param name="longestOutput">Characters that may be written.</param>
    public JinjaContext(IReadOnlyDictionary<string, object?> names, Func<DateTimeOffset> now, long mostWork, int longestOutput)
    {
        (Now, _mostWork, _longestOutput) = (now, mostWork, longestOutput);
        Scope = new JinjaScope(null);
        foreach ((string name, object? value) in names) Scope.Set(name, value);
    }

    /// <summary>The current local time.</summary>
    public Func<DateTimeOffset> Now { get; }

    /// <summary>The innermost names.</summary>
    public JinjaScope Scope { get; set; }

    /// <summary>Where text goes.</summary>
    public StringBuilder Output { get; private set; } = new();

    /// <summary>Counts work.</summary>
    /// <exception cref="JinjaException">It is more than the template may do.</exception>
    public void Charge(long amount)
    {
        _work += amount;
        if (_work > _mostWork) throw new JinjaException($"it does more than {_mostWork} steps");
    }

    /// <summary>Writes text.</summary>
    /// <exception cref="JinjaException">The text becomes too long.</exception>
    public void Write(string text)
    {
        Charge(1 + text.Length / 64);
        if (Output.Length + text.Length > _longestOutput) throw new JinjaException($"it writes more than {_longestOutput} characters");
        Output.Append(text);
    }

    /// <summary>The value of a name: of the innermost scope that has it, else of the language.</summary>
    public object? Find(string name) => Scope.TryFind(name, out object? value) ? value
        : JinjaFunctions.All.TryGetValue(name, out JinjaFunction? function) ? function : new JinjaUndefined($"'{name}'");

    /// <summary>What a block writes, as text.</summary>
    public string Capture(Action body)
    {
        StringBuilder outer = Output;
        Output = new StringBuilder();
        try
        {
            body();
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>Runs with other names, as a macro does.</summary>
    /// <exception cref="JinjaException">Calls are nested too deeply.</exception>
    public T Within<T>(JinjaScope scope, Func<T> body)
    {
        JinjaScope outer = Scope;
        if (++_calls > DeepestCalls) throw new JinjaException($"its calls are nested more than {DeepestCalls} deep");
        Scope = scope;
        try
        {
            return body();
        }
        finally
        {
            Scope = outer;
            _calls--;
        }
    }
}
