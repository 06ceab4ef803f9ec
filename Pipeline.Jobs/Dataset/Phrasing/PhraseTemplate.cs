using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>A wording with places for parts of a fact: <c>What is the "{attribute}" of {subject}?</c></summary>
internal sealed partial class PhraseTemplate
{
    private readonly IReadOnlyList<(string Text, bool IsPlace)> _parts;

    private PhraseTemplate(string key, IReadOnlyList<(string, bool)> parts) => (Key, _parts) = (key, parts);

    /// <summary>Its key in the file, stable over versions: <c>table.question.3</c>.</summary>
    public string Key { get; }

    /// <summary>Names of its places, each once.</summary>
    public IEnumerable<string> Places => _parts.Where(part => part.IsPlace).Select(part => part.Text).Distinct(StringComparer.Ordinal);

    public static PhraseTemplate Parse(string key, string text)
    {
        List<(string, bool)> parts = [];
        int start = 0;
        foreach (Match place in Place().Matches(text))
        {
            if (place.Index > start)
                parts.Add((text[start..place.Index], false));
            parts.Add((place.Groups["name"].Value, true));
            start = place.Index + place.Length;
        }
        if (start < text.Length)
            parts.Add((text[start..], false));
        return new PhraseTemplate(key, parts);
    }

    /// <summary>The wording with its places filled; what is filled in is never read as a template.</summary>
    public string Fill(IReadOnlyDictionary<string, string> values) =>
        string.Concat(_parts.Select(part => part.IsPlace ? values[part.Text] : part.Text));

    [GeneratedRegex(@"\{(?<name>[^{}]*)\}")]
    private static partial Regex Place();
}
