namespace Pipeline.Models.Jinja;

/// <summary>A macro: a part of a template that is called with arguments and gives the text it writes.</summary>
/// <param name="name">Its name.</param>
/// <param name="parameters">Names and what they are where nothing is given; null where something must be.</param>
/// <param name="body">What it does.</param>
internal sealed class JinjaMacro(string name, IReadOnlyList<(string Name, JinjaExpression? Default)> parameters, BlockStatement body)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The macro as a function that sees the names around its definition.</summary>
    public JinjaFunction Bind(JinjaScope around) => new(name, (context, arguments) =>
    {
        JinjaScope scope = new(around);
        return context.Within(scope, () =>
        {
            SetArguments(context, scope, arguments);
            return context.Capture(() => body.Run(context));
        });
    });

    private void SetArguments(JinjaContext context, JinjaScope scope, JinjaArguments arguments)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            (string parameter, JinjaExpression? fallback) = parameters[i];
            scope.Set(parameter, arguments.Has(i, parameter) ? arguments.Get(i, parameter)
                : fallback is null ? new JinjaUndefined($"'{parameter}', an argument of {name},") : fallback.Evaluate(context));
        }
        scope.Set("varargs", new JinjaList([.. arguments.Positional.Skip(parameters.Count)], isTuple: true));
        JinjaDict rest = new();
        foreach ((string key, object? value) in arguments.Named)
        {
            if (key == "caller") scope.Set(key, value);
            else if (!parameters.Any(parameter => parameter.Name == key)) rest[key] = value;
        }
        scope.Set("kwargs", rest);
    }
}
