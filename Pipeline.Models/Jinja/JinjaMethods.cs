namespace Pipeline.Models.Jinja;

/// <summary>Attributes and items of values, and the methods of texts, lists and dictionaries that change nothing.</summary>
internal static class JinjaMethods
{
    /// <summary><c>value.name</c>: a method first, then the key of a dictionary.</summary>
    public static object? Attribute(object? value, string name)
    {
        if (value is JinjaUndefined missing) throw missing.Fault();
        if (value is JinjaNamespace names) return names.Names.TryGetValue(name, out object? found) ? found : Missing(value, name);
        if (value is JinjaLoop loop) return loop.Attribute(name) ?? Missing(value, name);
        if (Method(value, name) is { } method) return method;
        return value is JinjaDict dict && dict.TryGet(name, out object? item) ? item : Missing(value, name);
    }

    /// <summary><c>value[key]</c>: the item first, then a method.</summary>
    public static object? Item(object? value, object? key)
    {
        switch (value)
        {
            case JinjaUndefined missing:
                throw missing.Fault();
            case JinjaDict dict when key is not (JinjaList or JinjaDict or JinjaUndefined) && dict.TryGet(key, out object? found):
                return found;
            case JinjaList list when key is long or bool:
                int place = Place(key, list.Items.Count);
                return place >= 0 ? list.Items[place] : Missing(value, PythonText.Repr(key));
            case string text when key is long or bool:
                place = Place(key, PythonStrings.Length(text));
                return place >= 0 ? PythonStrings.Pick(text, [place]) : Missing(value, PythonText.Repr(key));
            default:
                return key is string name ? value is JinjaNamespace or JinjaLoop ? Attribute(value, name) : (object?)Method(value,
                    name) ?? Missing(value, name)
                    : Missing(value, PythonText.Repr(key));
        }
    }

    /// <summary><c>value[start:stop:step]</c>.</summary>
    public static object Slice(JinjaContext context, object? value, object? start, object? stop, object? step)
    {
        long by = step is null ? 1 : Whole(step);
        if (by == 0) throw new JinjaException("a slice cannot have step 0");
        int count = value switch
        {
            string text => PythonStrings.Length(text),
            JinjaList list => list.Items.Count,
            JinjaUndefined missing => throw missing.Fault(),
            _ => throw new JinjaException($"a {PythonText.TypeName(value)} has no slices"),
        };
        long lowest = by < 0 ? -1 : 0, highest = by < 0 ? count - 1 : count;
        long from = Bound(start, by < 0 ? highest : lowest), to = Bound(stop, by < 0 ? lowest : highest);
        List<int> places = [];
        for (long i = from; by > 0 ? i < to : i > to; i += by) places.Add((int)i);
        context.Charge(places.Count);
        return value is string whole ? PythonStrings.Pick(whole, places)
            : new JinjaList([.. places.Select(i => ((JinjaList)value!).Items[i])], ((JinjaList)value!).IsTuple);

        long Bound(object? given, long otherwise) => given is null ? otherwise
            : Math.Clamp(Whole(given) < 0 ? Whole(given) + count : Whole(given), lowest, highest);
    }

    private static long Whole(object? value) => value switch
    {
        long number => Math.Clamp(number, int.MinValue, int.MaxValue),
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException($"a slice needs whole numbers, not a {PythonText.TypeName(value)}"),
    };

    private static int Place(object? key, int count)
    {
        long place = key is bool flag ? flag ? 1 : 0 : (long)key!;
        if (place < 0) place += count;
        return place >= 0 && place < count ? (int)place : -1;
    }

    private static JinjaUndefined Missing(object? value, string name) => new($"'{name}' of a {PythonText.TypeName(value)}");

    private static JinjaFunction? Method(object? value, string name)
    {
        Func<JinjaArguments, object?>? method = value switch
        {
            string text => OfText(text, name),
            JinjaDict dict => OfDict(dict, name),
            JinjaList list => OfList(list, name),
            _ => null,
        };
        return method is null ? null : new JinjaFunction(name, (context, arguments) =>
        {
            context.Charge(1 + (value is string text ? text.Length / 64 : 0));
            return method(arguments);
        });
    }

    private static Func<JinjaArguments, object?>? OfDict(JinjaDict dict, string name) => name switch
    {
        "get" => a => dict.TryGet(a.Need(0, "key", name), out object? value) ? value : a.Get(1, "default"),
        "items" => _ => new JinjaList([.. dict.Items.Select(pair => new JinjaList([pair.Key is JinjaNone ? null : pair.Key, pair.Value],
            isTuple: true))]),
        "keys" => _ => new JinjaList(PythonOperators.Items(dict)),
        "values" => _ => new JinjaList([.. dict.Items.Select(pair => pair.Value)]),
        "copy" => _ => dict,
        "update" or "pop" or "popitem" or "clear" or "setdefault" => _ => throw Changing(name),
        _ => null,
    };

    private static Func<JinjaArguments, object?>? OfList(JinjaList list, string name) => name switch
    {
        "index" => a => list.Items.Select((item, i) => (item, i)).Where(one => PythonOperators.Equals(one.item, a.Need(0, "value", name)))
            .Select(one => (object?)(long)one.i).FirstOrDefault() ?? throw new JinjaException("the value is not in the list"),
        "count" => a => (long)list.Items.Count(item => PythonOperators.Equals(item, a.Need(0, "value", name))),
        "copy" => _ => list,
        "append" or "extend" or "insert" or "remove" or "pop" or "clear" or "sort" or "reverse" => _ => throw Changing(name),
        _ => null,
    };

    // transformers renders in a sandbox that refuses them too.
    private static JinjaException Changing(string name) => new($"'{name}' would change a value, which templates may not");

    private static Func<JinjaArguments, object?>? OfText(string text, string name) => name switch
    {
        "upper" => _ => PythonStrings.Upper(text),
        "lower" or "casefold" => _ => text.ToLowerInvariant(),
        "strip" => a => PythonStrings.Strip(text, a.Text(0, "chars"), left: true, right: true),
        "lstrip" => a => PythonStrings.Strip(text, a.Text(0, "chars"), left: true, right: false),
        "rstrip" => a => PythonStrings.Strip(text, a.Text(0, "chars"), left: false, right: true),
        "split" or "rsplit" => a => ListOf(PythonStrings.Split(text, a.Text(0, "sep"), a.Integer(1, "maxsplit", -1), name == "rsplit")),
        "splitlines" => a => ListOf(PythonStrings.SplitLines(text, a.Flag(0, "keepends", false))),
        "startswith" => a => Any(a.Need(0, "prefix", name), part => text.StartsWith(part, StringComparison.Ordinal)),
        "endswith" => a => Any(a.Need(0, "suffix", name), part => text.EndsWith(part, StringComparison.Ordinal)),
        "replace" => a => PythonStrings.Replace(text, NeedText(a, 0, "old", name), NeedText(a, 1, "new", name), a.Integer(2, "count", -1)),
        "removeprefix" => a => NeedText(a, 0, "prefix", name) is var p && text.StartsWith(p, StringComparison.Ordinal)
            ? text[p.Length..] : text,
        "removesuffix" => a => NeedText(a, 0, "suffix", name) is { Length: > 0 } p && text.EndsWith(p, StringComparison.Ordinal)
            ? text[..^p.Length] : text,
        "join" => a => string.Join(text, PythonOperators.Items(a.Need(0, "iterable", name)).Select(item => item as string
            ?? throw new JinjaException($"join needs texts, not a {PythonText.TypeName(item)}"))),
        "title" => _ => PythonStrings.Title(text, char.IsLetter),
        "capitalize" => _ => PythonStrings.Capitalize(text),
        "swapcase" => _ => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        "find" or "index" => a => Found(text, text.IndexOf(NeedText(a, 0, "sub", name), StringComparison.Ordinal), name),
        "rfind" or "rindex" => a => Found(text, text.LastIndexOf(NeedText(a, 0, "sub", name), StringComparison.Ordinal), name),
        "count" => a => (long)(NeedText(a, 0, "sub", name) is { Length: > 0 } part
            ? text.Split(part).Length - 1 : PythonStrings.Length(text) + 1),
        "isdigit" or "isdecimal" or "isnumeric" => _ => text.Length > 0 && text.All(name == "isnumeric" ? char.IsNumber : char.IsDigit),
        "isalpha" => _ => text.Length > 0 && text.All(char.IsLetter),
        "isalnum" => _ => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isspace" => _ => text.Length > 0 && text.All(PythonStrings.IsSpace),
        "isupper" => _ => PythonStrings.IsCased(text, upper: true),
        "islower" => _ => PythonStrings.IsCased(text, upper: false),
        "zfill" => a => text is ['-' or '+', ..] ? text[..1] + text[1..].PadLeft(Width(a) - 1, '0') : text.PadLeft(Width(a), '0'),
        "ljust" => a => text.PadRight(Width(a), Fill(a)),
        "rjust" => a => text.PadLeft(Width(a), Fill(a)),
        "partition" or "rpartition" => a => Partition(text, NeedText(a, 0, "sep", name), name == "rpartition"),
        _ => null,
    };

    // Places count code points.
    private static object Found(string text, int at, string name) => at >= 0 ? (long)PythonStrings.Length(text[..at])
        : name.EndsWith("find", StringComparison.Ordinal) ? -1L : throw new JinjaException("the text does not contain what is looked for");

    private static JinjaList Partition(string text, string separator, bool last)
    {
        int at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        object?[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : last ? ["", "", text] : [text, "", ""];
        return new JinjaList(parts, isTuple: true);
    }

    private static int Width(JinjaArguments arguments) => Math.Clamp(arguments.Integer(0, "width", 0), 0, 10_000);

    private static char Fill(JinjaArguments arguments) => arguments.Text(1, "fillchar") is { Length: > 0 } fill ? fill[0] : ' ';

    private static string NeedText(JinjaArguments arguments, int index, string argument, string function) =>
        arguments.Need(index, argument, function) as string
        ?? throw new JinjaException($"{function} needs a text, not a {PythonText.TypeName(arguments.Get(index, argument))}");

    private static bool Any(object? parts, Func<string, bool> test) => parts is JinjaList { IsTuple: true } tuple
        ? tuple.Items.Any(part => part is string text && test(text))
        : parts is string one ? test(one) : throw new JinjaException($"a text or a tuple is needed, not a {PythonText.TypeName(parts)}");

    private static JinjaList ListOf(IEnumerable<string> items) => new([.. items]);
}
