using System.Runtime.CompilerServices;

namespace Pipeline.Models.Jinja;

/// <summary>How a block ended.</summary>
internal enum JinjaFlow
{
    /// <summary>At its end.</summary>
    Next,

    /// <summary>By <c>break</c>.</summary>
    Break,

    /// <summary>By <c>continue</c>.</summary>
    Continue,
}

/// <summary>A part of a template that writes or does something.</summary>
internal abstract class JinjaStatement
{
    /// <summary>Runs it.</summary>
    public abstract JinjaFlow Run(JinjaContext context);
}

/// <summary>Statements one after the other.</summary>
internal sealed class BlockStatement(IReadOnlyList<JinjaStatement> statements) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (JinjaStatement statement in statements)
        {
            context.Charge(1);
            JinjaFlow flow = statement.Run(context);
            if (flow != JinjaFlow.Next) return flow;
        }
        return JinjaFlow.Next;
    }
}

/// <summary>Text between tags.</summary>
internal sealed class TextStatement(string text) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        context.Write(text);
        return JinjaFlow.Next;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class OutputStatement(JinjaExpression value) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        context.Write(PythonText.Str(value.Evaluate(context)));
        return JinjaFlow.Next;
    }
}

/// <summary><c>if</c> with its <c>elif</c> and <c>else</c>.</summary>
internal sealed class IfStatement(IReadOnlyList<(JinjaExpression Condition, BlockStatement Body)> branches, BlockStatement? otherwise)
    : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        foreach ((JinjaExpression condition, BlockStatement body) in branches)
            if (condition.IsTrue(context)) return body.Run(context);
        return otherwise?.Run(context) ?? JinjaFlow.Next;
    }
}

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class JumpStatement(JinjaFlow flow) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context) => flow;
}

/// <summary>Where a value is put: a name, a name of a namespace, or several of them.</summary>
internal sealed class JinjaTarget(IReadOnlyList<(string Name, string? Attribute)> names, bool isTuple)
{
    /// <summary>Sets the value in the innermost scope.</summary>
    public void Set(JinjaContext context, object? value)
    {
        if (!isTuple)
        {
            SetOne(context, names[0], value);
            return;
        }
        IReadOnlyList<object?> items = PythonOperators.Items(value);
        if (items.Count != names.Count)
            throw new JinjaException($"{items.Count} values cannot be taken apart into {names.Count} names");
        for (int i = 0; i < names.Count; i++) SetOne(context, names[i], items[i]);
    }

    private static void SetOne(JinjaContext context, (string Name, string? Attribute) name, object? value)
    {
        if (name.Attribute is null) context.Scope.Set(name.Name, value);
        else if (context.Find(name.Name) is JinjaNamespace names) names.Names[name.Attribute] = value;
        else throw new JinjaException($"cannot set {name.Name}.{name.Attribute}: only a namespace can be changed");
    }
}

/// <summary><c>set name = value</c>.</summary>
internal sealed class SetStatement(JinjaTarget target, JinjaExpression value) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        target.Set(context, value.Evaluate(context));
        return JinjaFlow.Next;
    }
}

/// <summary>What a block writes, as the value of an expression.</summary>
internal sealed class CapturedExpression(BlockStatement body) : JinjaExpression
{
    protected override object? Compute(JinjaContext context) => context.Capture(() =>
        context.Within(new JinjaScope(context.Scope), () => body.Run(context)));
}

/// <summary><c>with name = value</c>, and the block of <c>generation</c>: names of their own.</summary>
internal sealed class WithStatement(IReadOnlyList<(JinjaTarget Target, JinjaExpression Value)> names, BlockStatement body) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        object?[] values = [.. names.Select(name => name.Value.Evaluate(context))];
        return context.Within(new JinjaScope(context.Scope), () =>
        {
            for (int i = 0; i < values.Length; i++) names[i].Target.Set(context, values[i]);
            return body.Run(context);
        });
    }
}

/// <summary><c>macro name(a, b=1)</c>.</summary>
internal sealed class MacroStatement(JinjaMacro macro) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        context.Scope.Set(macro.Name, macro.Bind(context.Scope));
        return JinjaFlow.Next;
    }
}

/// <summary><c>call(a) macro(…)</c>: the macro finds the block as <c>caller</c>.</summary>
internal sealed class CallStatement(CallExpression call, JinjaMacro caller) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        context.Write(PythonText.Str(call.Call(context, KeyValuePair.Create("caller", (object?)caller.Bind(context.Scope)))));
        return JinjaFlow.Next;
    }
}
