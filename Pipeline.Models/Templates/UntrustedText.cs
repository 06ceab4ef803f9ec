using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>
/// Carries texts of a conversation through a template so that afterwards it is known which control tokens they spell out: the first
/// character of each is another one on the way, of a script that nothing in the conversation uses.
/// </summary>
/// <param name="tokenizer">Knows the control tokens.</param>
/// <param name="template">Text of the template, which may use no stand-in either.</param>
internal sealed class UntrustedText(HubTokenizer tokenizer, string template)
{
    // Yi syllables: letters without case that Python prints as they are.
    private const char FirstStandIn = '\ua000', LastStandIn = '\ua48c';

    private readonly Dictionary<char, char> _standIns = [], _originals = [];
    private readonly StringBuilder _seen = new();

    /// <summary>A text as the template gets it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="marks">Stretches whose control tokens are meant as such.</param>
    public string Protect(string text, IReadOnlyList<TextRange> marks)
    {
        _seen.Append(text);
        char[]? changed = null;
        foreach (TextRange token in tokenizer.SpecialTokensIn(text))
        {
            if (marks.Any(mark => mark.Overlaps(token))) continue;
            changed ??= text.ToCharArray();
            changed[token.Start] = StandInFor(text[token.Start]);
        }
        return changed is null ? text : new string(changed);
    }

    /// <summary>JSON with all its texts protected; keys stay as they are.</summary>
    public JsonNode? Protect(JsonNode? json) => json switch
    {
        JsonObject keys => new JsonObject(keys.Select(pair => KeyValuePair.Create(pair.Key, Protect(pair.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Protect)]),
        JsonValue value when value.TryGetValue(out string? text) => Protect(text, []),
        _ => json?.DeepClone(),
    };

    /// <summary>What the template wrote, with the characters as they were, and the places of those that begin no control token.</summary>
    public (string Text, IReadOnlyList<TextRange> Untrusted) Restore(string rendered)
    {
        if (_originals.Count == 0) return (rendered, []);
        List<TextRange> untrusted = [];
        char[] text = rendered.ToCharArray();
        for (int i = 0; i < text.Length; i++)
        {
            if (!_originals.TryGetValue(text[i], out char original)) continue;
            text[i] = original;
            untrusted.Add(new TextRange(i, i + 1));
        }
        return (new string(text), untrusted);
    }

    private char StandInFor(char original)
    {
        if (_standIns.TryGetValue(original, out char known)) return known;
        string seen = _seen.ToString();
        for (char candidate = FirstStandIn; candidate <= LastStandIn; candidate++)
        {
            if (_originals.ContainsKey(candidate) || seen.Contains(candidate, StringComparison.Ordinal)
                || template.Contains(candidate, StringComparison.Ordinal)) continue;
            _standIns[original] = candidate;
            _originals[candidate] = original;
            return candidate;
        }
        throw new InputException("conversation: it spells out control tokens of the model and uses every Yi syllable; take the tokens out");
    }
}
