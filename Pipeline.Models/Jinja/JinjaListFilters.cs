namespace Pipeline.Models.Jinja;

/// <summary>Filters over the items of a list, text or dictionary.</summary>
internal static class JinjaListFilters
{
    /// <summary>The filters by name.</summary>
    public static IReadOnlyDictionary<string, JinjaFilters.Filter> All { get; } =
        new Dictionary<string, JinjaFilters.Filter>(StringComparer.Ordinal)
        {
            ["batch"] = (c, value, a) => Batch(Items(c, value), a.Integer(0, "linecount", 1), a.Get(1, "fill_with")),
            ["dictsort"] = (c, value, a) => Sorted(c, ItemsOf(value), a.Flag(0, "case_sensitive", false),
                pair => ((JinjaList)pair!).Items[a.Text(1, "by") == "value" ? 1 : 0], a.Flag(2, "reverse", false)),
            ["first"] = (c, value, _) => Items(c, value) is { Count: > 0 } items ? items[0] : new JinjaUndefined("the first of no items"),
            ["groupby"] = (c, value, a) => GroupBy(c, value, a),
            ["items"] = (_, value, _) => value is JinjaUndefined ? new JinjaList([]) : ItemsOf(value),
            ["join"] = Join,
            ["last"] = (c, value, _) => Items(c, value) is { Count: > 0 } items ? items[^1] : new JinjaUndefined("the last of no items"),
            ["list"] = (c, value, _) => new JinjaList(Items(c, value)),
            ["map"] = (c, value, a) => new JinjaList([.. Items(c, value).Select(Mapping(c, a))]),
            ["max"] = (c, value, a) => Extreme(c, value, a, last: true),
            ["min"] = (c, value, a) => Extreme(c, value, a, last: false),
            ["reject"] = (c, value, a) => Where(c, value, a, byAttribute: false, keeps: false),
            ["rejectattr"] = (c, value, a) => Where(c, value, a, byAttribute: true, keeps: false),
            ["reverse"] = (c, value, _) => value is string text
                ? string.Concat(Items(c, text).Reverse().Cast<string>()) : new JinjaList([.. Items(c, value).Reverse()]),
            ["select"] = (c, value, a) => Where(c, value, a, byAttribute: false, keeps: true),
            ["selectattr"] = (c, value, a) => Where(c, value, a, byAttribute: true, keeps: true),
            ["slice"] = (c, value, a) => Slices(Items(c, value), a.Integer(0, "slices", 1), a.Get(1, "fill_with")),
            ["sort"] = (c, value, a) => Sorted(c, value, a.Flag(1, "case_sensitive", false), Key(a.Get(2, "attribute")),
                a.Flag(0, "reverse", false)),
            ["sum"] = (c, value, a) => Items(c, value).Select(Key(a.Get(0, "attribute")))
                .Aggregate(a.Get(1, "start", 0L), (sum, item) => PythonOperators.Arithmetic(c, "+", sum, item)),
            ["unique"] = (c, value, a) => Unique(c, value, a),
        };

    private static IReadOnlyList<object?> Items(JinjaContext context, object? value)
    {
        IReadOnlyList<object?> items = PythonOperators.Items(value);
        context.Charge(1 + items.Count);
        return items;
    }

    private static JinjaList ItemsOf(object? value) => value is JinjaDict dict
        ? new JinjaList([.. dict.Items.Select(pair => new JinjaList([pair.Key is JinjaNone ? null : pair.Key, pair.Value], isTuple: true))])
        : throw JinjaFilters.Wrong("items", value);

    /// <summary>What an attribute filter looks at: <c>'a.b'</c>, a number, or the item itself where there is none.</summary>
    private static Func<object?, object?> Key(object? attribute, object? otherwise = null, bool hasOtherwise = false) => item =>
    {
        if (attribute is null) return item;
        foreach (object part in attribute is string path ? (object[])path.Split('.') : [attribute])
            item = JinjaMethods.Item(item, part is string digits && long.TryParse(digits, out long place) ? place : part);
        return item is JinjaUndefined && hasOtherwise ? otherwise : item;
    };

    private static Func<object?, object?> Mapping(JinjaContext context, JinjaArguments arguments)
    {
        if (arguments.Positional.Count == 0)
            return Key(arguments.Need(int.MaxValue, "attribute", "map"), arguments.Get(int.MaxValue, "default"),
                arguments.Has(int.MaxValue, "default"));
        string name = arguments.Text(0, "filter") ?? "";
        JinjaFilters.Filter filter = JinjaFilters.All.TryGetValue(name, out JinjaFilters.Filter? known) ? known
            : throw new JinjaException($"there is no filter '{name}'");
        JinjaArguments rest = arguments.Skip(1);
        return item => filter(context, item, rest);
    }

    private static JinjaList Where(JinjaContext context, object? value, JinjaArguments arguments, bool byAttribute, bool keeps)
    {
        Func<object?, object?> key = byAttribute ? Key(arguments.Need(0, "attribute", "selectattr")) : item => item;
        JinjaArguments rest = byAttribute ? arguments.Skip(1) : arguments;
        Func<object?, bool> test = PythonOperators.IsTrue;
        if (rest.Positional.Count > 0)
        {
            string name = rest.Text(0, "test") ?? "";
            Func<object?, JinjaArguments, bool> known = JinjaTests.All.TryGetValue(name, out Func<object?, JinjaArguments, bool>? found)
                ? found : throw new JinjaException($"there is no test '{name}'");
            JinjaArguments others = rest.Skip(1);
            test = item => known(item, others);
        }
        return new JinjaList([.. Items(context, value).Where(item => test(key(item)) == keeps)]);
    }

    private static string Join(JinjaContext context, object? value, JinjaArguments arguments)
    {
        Func<object?, object?> key = Key(arguments.Get(1, "attribute"));
        string joined = string.Join(PythonText.Str(arguments.Get(0, "d", "")),
            Items(context, value).Select(item => PythonText.Str(key(item))));
        context.Charge(joined.Length / 64);
        return joined;
    }

    private static object? Folded(object? value, bool caseSensitive) => value is string text && !caseSensitive ? text.ToLowerInvariant()
        : value;

    private static JinjaList Sorted(JinjaContext context, object? value, bool caseSensitive, Func<object?, object?> key, bool reverse)
    {
        Comparer<object?> order = Comparer<object?>.Create(PythonOperators.Compare);
        IReadOnlyList<object?> items = Items(context, value);
        context.Charge(items.Count * 8L);
        object? KeyOf(object? item) => Folded(key(item), caseSensitive);
        return new JinjaList([.. reverse ? items.OrderByDescending(KeyOf, order) : items.OrderBy(KeyOf, order)]);
    }

    private static object? Extreme(JinjaContext context, object? value, JinjaArguments arguments, bool last)
    {
        IReadOnlyList<object?> sorted = Sorted(context, value, arguments.Flag(0, "case_sensitive", false),
            Key(arguments.Get(1, "attribute")),
            reverse: last).Items;
        return sorted.Count > 0 ? sorted[0] : new JinjaUndefined("the extreme of no items");
    }

    private static JinjaList Unique(JinjaContext context, object? value, JinjaArguments arguments)
    {
        bool caseSensitive = arguments.Flag(0, "case_sensitive", false);
        Func<object?, object?> key = Key(arguments.Get(1, "attribute"));
        List<object?> seen = [], kept = [];
        foreach (object? item in Items(context, value))
        {
            object? one = Folded(key(item), caseSensitive);
            context.Charge(seen.Count);
            if (seen.Any(other => PythonOperators.Equals(other, one))) continue;
            seen.Add(one);
            kept.Add(item);
        }
        return new JinjaList(kept);
    }

    private static JinjaList GroupBy(JinjaContext context, object? value, JinjaArguments arguments)
    {
        Func<object?, object?> key = Key(arguments.Need(0, "attribute", "groupby"), arguments.Get(1, "default"),
            arguments.Has(1, "default"));
        List<(object? Key, List<object?> Items)> groups = [];
        foreach (object? item in Sorted(context, value, arguments.Flag(2, "case_sensitive", false), key, reverse: false).Items)
        {
            object? one = key(item);
            if (groups.Count == 0 || !PythonOperators.Equals(groups[^1].Key, one)) groups.Add((one, []));
            groups[^1].Items.Add(item);
        }
        return new JinjaList([.. groups.Select(group => new JinjaList([group.Key, new JinjaList(group.Items)], isTuple: true))]);
    }

    private static JinjaList Batch(IReadOnlyList<object?> items, int count, object? fill) => new([.. items.Chunk(Math.Max(count, 1))
        .Select(chunk => new JinjaList(fill is null ? chunk : [.. chunk, .. Enumerable.Repeat(fill, Math.Max(count, 1) - chunk.Length)]))]);

    private static JinjaList Slices(IReadOnlyList<object?> items, int count, object? fill)
    {
        count = Math.Clamp(count, 1, 10_000);
        int each = items.Count / count, longer = items.Count % count, start = 0;
        List<object?> slices = [];
        for (int i = 0; i < count; i++)
        {
            int length = each + (i < longer ? 1 : 0);
            List<object?> slice = [.. items.Skip(start).Take(length)];
            if (fill is not null && i >= longer && longer > 0) slice.Add(fill);
            slices.Add(new JinjaList(slice));
            start += length;
        }
        return new JinjaList(slices);
    }
}
