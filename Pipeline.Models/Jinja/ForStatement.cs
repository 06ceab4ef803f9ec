namespace Pipeline.Models.Jinja;

/// <summary><c>for target in items if condition</c>, with <c>else</c> where there is nothing, and <c>recursive</c>.</summary>
internal sealed class ForStatement(JinjaTarget target, JinjaExpression items, JinjaExpression? condition, BlockStatement body,
    BlockStatement? otherwise, bool isRecursive) : JinjaStatement
{
    public override JinjaFlow Run(JinjaContext context)
    {
        Loop(context, items.Evaluate(context), depth: 0);
        return JinjaFlow.Next;
    }

    private void Loop(JinjaContext context, object? over, int depth)
    {
        IReadOnlyList<object?> all = PythonOperators.Items(over);
        context.Charge(1 + all.Count);
        JinjaScope outer = context.Scope;
        context.Within(new JinjaScope(outer), () =>
        {
            if (condition is not null) all = [.. all.Where(item => Accepts(context, item, outer))];
            if (all.Count == 0 && otherwise is not null) return otherwise.Run(context);
            JinjaLoop loop = new(all, depth, isRecursive
                ? inner => context.Capture(() => Loop(context, inner, depth + 1))
                : _ => throw new JinjaException("loop can only be called where the loop is recursive"));
            foreach (object? item in all)
            {
                context.Scope = new JinjaScope(outer);
                context.Scope.Set("loop", loop);
                target.Set(context, item);
                if (body.Run(context) == JinjaFlow.Break) break;
                loop.Index++;
            }
            return JinjaFlow.Next;
        });
    }

    private bool Accepts(JinjaContext context, object? item, JinjaScope outer)
    {
        context.Scope = new JinjaScope(outer);
        target.Set(context, item);
        return condition!.IsTrue(context);
    }
}
