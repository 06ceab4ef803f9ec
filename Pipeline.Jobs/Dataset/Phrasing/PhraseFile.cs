using Pipeline.Models;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>The wordings of one language, as read from a file such as <c>assets/phrasings/en.yaml</c>.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Language">ISO 639-1.</param>
/// <param name="Version">Changes with the wordings; stored with each row.</param>
/// <param name="Groups">Wordings by group, such as <c>table.question</c>, in the order of their keys.</param>
internal sealed record PhraseFile(string Path, string Language, string Version, IReadOnlyDictionary<string,
    IReadOnlyList<PhraseTemplate>> Groups)
{
    private const int LongestWording = 500;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">Not readable, or a key or place that is not known; names file, key and fix.</exception>
    public static PhraseFile Read(string path)
    {
        YamlNode? root = YamlText.ReadRoot(ReadText(path), path);
        if (root is not YamlMappingNode map)
            throw new InputException($"{path}: expected keys such as language, version and table; see docs/how-to-add.md");
        string? language = null, version = null;
        SortedDictionary<string, IReadOnlyList<PhraseTemplate>> groups = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode node) in map.Children)
        {
            string kind = Text(path, "a key", key);
            if (kind == "language")
                language = Text(path, kind, node);
            else if (kind == "version")
                version = Text(path, kind, node);
            else
                ReadKind(path, kind, node, groups);
        }
        if (language is not { Length: 2 } || !language.All(char.IsAsciiLetterLower))
            throw new InputException($"{path}: language is '{language}', expected two lower-case letters of ISO 639-1 such as nl");
        return version is { Length: > 0 and <= 40 }
            ? new PhraseFile(path, language, version, groups)
            : throw new InputException($"{path}: version is '{version}', expected a short text such as \"1\"; change it whenever wordings "
                + $"change");
    }

    /// <summary>These wordings with those of another file of the language: its own replace the ones with the same key.</summary>
    public PhraseFile With(PhraseFile other)
    {
        SortedDictionary<string, IReadOnlyList<PhraseTemplate>> groups = new(StringComparer.Ordinal);
        foreach (string group in Groups.Keys.Concat(other.Groups.Keys).Distinct(StringComparer.Ordinal))
        {
            groups[group] = [.. (other.Groups.GetValueOrDefault(group) ?? []).Concat(Groups.GetValueOrDefault(group) ?? [])
                .DistinctBy(template => template.Key, StringComparer.Ordinal).OrderBy(template => Number(template.Key))];
        }
        return new PhraseFile(other.Path, Language, $"{Version}+{other.Version}", groups);
    }

    /// <summary>Refuses a language that lacks wordings.</summary>
    /// <exception cref="InputException">Names file, key and fix.</exception>
    public PhraseFile Complete()
    {
        foreach ((string group, PhraseRule rule) in PhraseRules.All.OrderBy(rule => rule.Key, StringComparer.Ordinal))
        {
            int found = Groups.TryGetValue(group, out IReadOnlyList<PhraseTemplate>? wordings) ? wordings.Count : 0;
            if (found < rule.Fewest)
                throw new InputException($"{Path}: {group} has {found} wordings, expected at least {rule.Fewest}; add them, as in "
                    + $"assets/phrasings/en.yaml");
        }
        return this;
    }

    private static void ReadKind(string path, string kind, YamlNode node, SortedDictionary<string, IReadOnlyList<PhraseTemplate>> groups)
    {
        if (node is not YamlMappingNode map)
            throw new InputException($"{path}: {kind} is not a group of wordings; expected {kind} with keys such as question");
        foreach ((YamlNode key, YamlNode wordings) in map.Children)
        {
            string group = $"{kind}.{Text(path, kind, key)}";
            if (!PhraseRules.All.ContainsKey(group))
                throw new InputException($"{path}: {group} is not known; expected one of {string.Join(", ", PhraseRules.All.Keys)}");
            if (wordings is not YamlMappingNode numbered)
                throw new InputException($"{path}: {group} is not a group of numbered wordings; expected lines such as 1: '…'");
            groups[group] = [.. numbered.Children.Select(pair => Wording(path, group, pair.Key, pair.Value)).OrderBy(template =>
                Number(template.Key))];
        }
    }

    private static PhraseTemplate Wording(string path, string group, YamlNode key, YamlNode value)
    {
        string number = Text(path, group, key), name = $"{group}.{number}", text = Text(path, name, value);
        if (number.Length > 6 || !number.All(char.IsAsciiDigit) || number[0] == '0')
            throw new InputException($"{path}: {name} is not numbered; expected a whole number from 1 that the wording keeps for ever");
        if (text.Trim().Length == 0 || text.Length > LongestWording || text.Any(char.IsControl))
            throw new InputException($"{path}: {name} has {text.Length} characters; expected one line of 1 to {LongestWording}");
        PhraseTemplate template = PhraseTemplate.Parse(name, text);
        return PhraseRules.Fault(group, template) is { } fault ? throw new InputException($"{path}: {name} {fault}") : template;
    }

    private static int Number(string key) => int.Parse(key.AsSpan(key.LastIndexOf('.') + 1),
        System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(string path, string key, YamlNode node) =>
        node is YamlScalarNode { Value: { } text } ? text : throw new InputException($"{path}: {key} is not a text; write one line in "
            + $"quotes");

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message}); name a folder with files such as nl.yaml", e);
        }
    }
}
