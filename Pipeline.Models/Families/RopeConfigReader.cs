using System.Globalization;

namespace Pipeline.Models.Families;

/// <summary>The rotary keys of <c>config.json</c>: <c>rope_theta</c> with <c>rope_scaling</c>, or the newer <c>rope_parameters</c>.</summary>
internal static class RopeConfigReader
{
    public static RopeConfig Read(ConfigObject text, ModelFamily family, int headSize, int maxPositions)
    {
        ConfigObject? scaling = text.Has("rope_parameters") ? text.Object("rope_parameters")
            : text.Has("rope_scaling") ? text.Object("rope_scaling") : null;
        double partial = text.OptionalDouble("partial_rotary_factor") ?? scaling?.OptionalDouble("partial_rotary_factor") ?? 1;
        var rope = new RopeConfig
        {
            Theta = scaling?.OptionalDouble("rope_theta") ?? text.OptionalDouble("rope_theta") ?? 10000,
            Dimensions = (int)(headSize * partial),
        };
        if (rope.Dimensions <= 0 || rope.Dimensions > headSize || rope.Dimensions % 2 != 0)
            throw text.Unsupported("partial_rotary_factor", partial.ToString(CultureInfo.InvariantCulture), $"a part of {headSize} dimensions that is even");
        if (family == ModelFamily.Qwen2Vl)
            return ReadMrope(rope, scaling ?? throw text.Unsupported("rope_scaling", "missing", "type mrope with mrope_section"));
        if (scaling is null)
            return rope;
        string kind = scaling.OptionalString("rope_type") ?? scaling.OptionalString("type") ?? "default";
        return kind switch
        {
            "default" => rope,
            "llama3" => rope with
            {
                Kind = RopeKind.Llama3,
                Factor = scaling.Double("factor"),
                LowFreqFactor = scaling.Double("low_freq_factor"),
                HighFreqFactor = scaling.Double("high_freq_factor"),
                OriginalMaxPositions = scaling.Int("original_max_position_embeddings"),
            },
            "longrope" or "su" => ReadLongRope(rope, text, scaling, maxPositions),
            _ => throw scaling.Unsupported("rope_type", kind, "default, llama3 or longrope"),
        };
    }

    private static RopeConfig ReadMrope(RopeConfig rope, ConfigObject scaling)
    {
        // "default" is what newer files call it once mrope_section is there.
        string kind = scaling.OptionalString("rope_type") ?? scaling.OptionalString("type") ?? "mrope";
        if (kind is not ("mrope" or "default"))
            throw scaling.Unsupported("type", kind, "mrope");
        IReadOnlyList<int> section = scaling.Ints("mrope_section");
        if (section.Count != 3 || section.Sum() != rope.Dimensions / 2)
            throw scaling.Unsupported("mrope_section", $"[{string.Join(", ", section)}]", $"three parts that add up to {rope.Dimensions / 2}");
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
            AttentionFactor = scaling.OptionalDouble("attention_factor") ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original))),
        };
        foreach ((string key, int count) in new[] { ("short_factor", rope.ShortFactor.Count), ("long_factor", rope.LongFactor.Count) })
            if (count != rope.Dimensions / 2)
                throw scaling.Unsupported(key, $"{count} factors", $"{rope.Dimensions / 2}, one per rotary frequency");
        return rope;
    }
}
