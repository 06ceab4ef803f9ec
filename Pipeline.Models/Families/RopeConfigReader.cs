using System.Globalization;
using Pipeline.Models.Layers;

namespace Pipeline.Models.Families;

/// <summary>
/// The rotary keys of <c>config.json</c>: <c>rope_theta</c> with <c>rope_scaling</c>, or the newer <c>rope_parameters</c>.
/// </summary>
internal static class RopeConfigReader
{
    // What files call each kind; "default" is what newer ones call mrope too, once mrope_section is there.
    private static readonly (string Name, RopeKind Kind)[] Kinds =
    [
        ("default", RopeKind.Default), ("llama3", RopeKind.Llama3), ("longrope", RopeKind.LongRope), ("su", RopeKind.LongRope),
        ("mrope", RopeKind.Mrope), ("default", RopeKind.Mrope),
    ];

    public static RopeConfig Read(ConfigObject text, FamilySpec family, int headSize, int maxPositions)
    {
        ConfigObject? scaling = text.Has("rope_parameters") ? text.Object("rope_parameters")
            : text.Has("rope_scaling") ? text.Object("rope_scaling") : null;
        double partial = text.OptionalDouble("partial_rotary_factor") ?? scaling?.OptionalDouble("partial_rotary_factor") ?? 1;
        if (partial != 1 && !family.ReadsPartialRotaryFactor)
            throw text.Unsupported("partial_rotary_factor", Text(partial), $"1 in a {family.ModelType} model");
        RopeConfig rope = new()
        {
            Theta = scaling?.OptionalDouble("rope_theta") ?? text.OptionalDouble("rope_theta") ?? 10000,
            Dimensions = (int)(headSize * partial),
        };
        if (partial == 1 && headSize % 2 != 0)
            throw text.Unsupported("head_dim", $"{headSize}", "an even number: its values rotate in pairs");
        if (rope.Dimensions <= 0 || rope.Dimensions > headSize || rope.Dimensions % 2 != 0)
            throw text.Unsupported("partial_rotary_factor", Text(partial), $"a part of {headSize} dimensions that is even");
        return KindOf(text, scaling, family) switch
        {
            RopeKind.Llama3 => rope with
            {
                Kind = RopeKind.Llama3,
                Factor = scaling!.Double("factor"),
                LowFreqFactor = scaling.Double("low_freq_factor"),
                HighFreqFactor = scaling.Double("high_freq_factor"),
                OriginalMaxPositions = scaling.Int("original_max_position_embeddings"),
            },
            RopeKind.LongRope => ReadLongRope(rope, text, scaling!, maxPositions),
            RopeKind.Mrope => ReadMrope(rope, scaling!),
            _ => rope,
        };
    }

    private static RopeKind KindOf(ConfigObject text, ConfigObject? scaling, FamilySpec family)
    {
        (string Name, RopeKind Kind)[] allowed = [.. Kinds.Where(kind => family.RopeKinds.Contains(kind.Kind))];
        string expected = string.Join(", ", allowed.Select(kind => kind.Name).Where(name => name != "su").Distinct());
        if (scaling is null && !family.RopeKinds.Contains(RopeKind.Default))
            throw text.Unsupported("rope_scaling", "missing", $"one of type {expected}");
        if (scaling is null)
            return RopeKind.Default;
        string key = scaling.Has("rope_type") ? "rope_type" : "type";
        string name = scaling.OptionalString(key) ?? allowed[0].Name;
        int at = Array.FindIndex(allowed, kind => kind.Name == name);
        return at >= 0 ? allowed[at].Kind : throw scaling.Unsupported(key, name, $"one of {expected} in a {family.ModelType} model");
    }

    private static RopeConfig ReadMrope(RopeConfig rope, ConfigObject scaling)
    {
        IReadOnlyList<int> section = scaling.Ints("mrope_section");
        if (section.Count != 3 || section.Sum() != rope.Dimensions / 2)
            throw scaling.Unsupported("mrope_section", $"[{string.Join(", ", section)}]",
                $"three parts that add up to {rope.Dimensions / 2}");
        return rope with { Kind = RopeKind.Mrope, MropeSection = section };
    }

    private static RopeConfig ReadLongRope(RopeConfig rope, ConfigObject text, ConfigObject scaling, int maxPositions)
    {
        int original = scaling.OptionalInt("original_max_position_embeddings") ?? text.Int("original_max_position_embeddings");
        double factor = (double)maxPositions / original;
        rope = rope with
        {
            Kind = RopeKind.LongRope,
            OriginalMaxPositions = original,
            ShortFactor = scaling.Doubles("short_factor"),
            LongFactor = scaling.Doubles("long_factor"),
            AttentionFactor = scaling.OptionalDouble("attention_factor")
            ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original))),
        };
        foreach ((string key, int count) in new[] { ("short_factor", rope.ShortFactor.Count), ("long_factor", rope.LongFactor.Count) })
            if (count != rope.Dimensions / 2)
                throw scaling.Unsupported(key, $"{count} factors", $"{rope.Dimensions / 2}, one per rotary frequency");
        return rope;
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
