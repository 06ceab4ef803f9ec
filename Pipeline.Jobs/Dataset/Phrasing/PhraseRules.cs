namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>Which wordings a file of phrasings holds, and which places each of them has.</summary>
internal static class PhraseRules
{
    /// <summary>Fewest wordings of a direct question: one or two of them are never trained.</summary>
    public const int FewestDirect = 4;

    /// <summary>Kinds of wordings, as <c>table.question</c>.</summary>
    public static IReadOnlyDictionary<string, PhraseRule> All { get; } = new Dictionary<string, PhraseRule>(StringComparer.Ordinal)
    {
        ["table.question"] = new(FewestDirect, ["scope", "subject", "attribute"]),
        ["table.cloze"] = new(1, ["scope", "subject", "attribute"]),
        ["table.reverse"] = new(1, ["scope", "attribute", "value"]),
        ["table.larger"] = new(1, ["scope", "attribute", "first", "second"]),
        ["table.smaller"] = new(1, ["scope", "attribute", "first", "second"]),
        ["key_value.question"] = new(FewestDirect, ["scope", "subject", "attribute"]),
        ["key_value.cloze"] = new(1, ["scope", "subject", "attribute"]),
        ["definition.question"] = new(FewestDirect, ["scope", "subject"]),
        ["definition.cloze"] = new(1, ["scope", "subject"]),
        ["definition.reverse"] = new(1, ["scope", "value"]),
        ["enumeration.list"] = new(FewestDirect, ["scope", "subject"]),
        ["caption.question"] = new(FewestDirect, ["scope", "subject"]),
        ["caption.reverse"] = new(1, ["scope", "value"]),
        ["description.question"] = new(FewestDirect, ["scope", "subject"]),
        ["refusal.answer"] = new(FewestDirect, []),
        ["name.plain"] = new(1, ["name"]),
        ["name.with_head"] = new(1, ["head", "name"]),
    };

    /// <summary>Why a wording cannot be used, or null.</summary>
    public static string? Fault(string group, PhraseTemplate template)
    {
        IReadOnlyList<string> needed = All[group].Places;
        string[] found = [.. template.Places];
        string places = needed.Count == 0 ? "no places" : string.Join(", ", needed.Select(place => $"{{{place}}}"));
        return found.FirstOrDefault(place => !needed.Contains(place)) is { } unknown
            ? $"has the place {{{unknown}}}, which this kind of wording does not know; it takes {places}"
            : needed.FirstOrDefault(place => !found.Contains(place)) is { } missing
            ? $"lacks {{{missing}}}, without which the question could mean something else; it takes {places}"
            : null;
    }
}
