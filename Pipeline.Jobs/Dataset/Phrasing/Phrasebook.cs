using Pipeline.Jobs.Dataset.Facts;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>
/// Writes rows from facts in the fact's own language by wordings from data files: direct questions, the way back from value to
/// subject, gaps, lists and comparisons. The answer is the bare value. Equal facts give equal rows.
/// </summary>
public sealed class Phrasebook
{
    private readonly SortedDictionary<string, PhraseFile> _files = new(StringComparer.Ordinal);

    private Phrasebook()
    {
    }

    /// <summary>Languages with wordings, by ISO 639-1, in alphabetical order.</summary>
    public IReadOnlyCollection<string> Languages => _files.Keys;

    /// <summary>The product's wordings, with those of a user's folder.</summary>
    /// <param name="userFolder">Folder with files such as <c>nl.yaml</c>: languages that are added, or wordings by key that are added or
    /// replaced.</param>
    /// <exception cref="InputException">A file of the user is broken or incomplete; names file, key and fix.</exception>
    /// <exception cref="MissingPrerequisiteException">The product's own files are not beside the program.</exception>
    public static Phrasebook Load(string? userFolder = null)
    {
        string shipped = Path.Combine(AppContext.BaseDirectory, "assets", "phrasings");
        string[] files = Directory.Exists(shipped) ? FilesOf(shipped) : [];
        if (files.Length == 0)
            throw new MissingPrerequisiteException($"{shipped} is missing; build or install the product again");
        if (userFolder is not null)
        {
            if (!Directory.Exists(userFolder))
                throw new InputException($"{userFolder}: no such folder; name one with files such as nl.yaml, or leave the setting out");
            string[] added = FilesOf(userFolder);
            if (added.Length == 0)
                throw new InputException($"{userFolder}: holds no phrasings; expected files such as nl.yaml");
            files = [.. files, .. added];
        }
        Phrasebook book = new();
        foreach (PhraseFile file in files.Select(PhraseFile.Read))
            book._files[file.Language] = book._files.TryGetValue(file.Language, out PhraseFile? known) ? known.With(file) : file;
        foreach (PhraseFile file in book._files.Values)
            file.Complete();
        return book;
    }

    /// <summary>Whether there are wordings in a language; facts in others give no rows.</summary>
    public bool Supports(string language) => _files.ContainsKey(language);

    /// <summary>
    /// All rows of a fact, each with its hash; none where its language has no wordings. The way back is asked only where the value
    /// belongs to one subject alone, a comparison only where both numbers have one unit.
    /// </summary>
    public IReadOnlyList<Row> Write(Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (!_files.TryGetValue(fact.Language, out PhraseFile? file))
            return [];
        return fact.Kind switch
        {
            "table" => [.. Direct(file, fact, "table"), .. Reverse(file, fact, "table"), .. Compared(file, fact)],
            "key_value" => [.. Direct(file, fact, "key_value")],
            "definition" => [.. Direct(file, fact, "definition"), .. Reverse(file, fact, "definition")],
            "enumeration" => Rows(file, fact, "enumeration.list", RowType.List, fact.Value),
            "caption" when fact.Attribute == CaptionFacts.Description => Rows(file, fact, "description.question", RowType.Figure,
                fact.Value),
            "caption" => [.. Direct(file, fact, "caption"), .. Reverse(file, fact, "caption")],
            _ => [],
        };
    }

    /// <summary>Wordings of the direct question about a fact and of refusals, for questions that nothing answers.</summary>
    internal (IReadOnlyList<(string Key, string Question)> Questions, IReadOnlyList<string> Refusals,
        string Version) Unanswerable(Fact fact)
    {
        if (!_files.TryGetValue(fact.Language, out PhraseFile? file) || !file.Groups.TryGetValue($"{fact.Kind}.question",
            out IReadOnlyList<PhraseTemplate>? wordings))
            return ([], [], "");
        Dictionary<string, string> places = PlacesOf(file, fact);
        return ([.. wordings.Select(wording => (wording.Key, wording.Fill(places)))],
            [.. file.Groups["refusal.answer"].Select(refusal => refusal.Fill(places))], file.Version);
    }

    private static IReadOnlyList<Row> Direct(PhraseFile file, Fact fact, string kind) =>
        [.. Rows(file, fact, $"{kind}.question", RowType.Question, fact.Value), .. Rows(file, fact, $"{kind}.cloze", RowType.Cloze,
            fact.Value)];

    private static IReadOnlyList<Row> Reverse(PhraseFile file, Fact fact, string kind)
    {
        string value = RowHash.Normalised(fact.Value);
        // In a table the value must be known to belong to one row alone, which needs the other rows.
        bool unique = kind != "table" || (fact.Peers.Count > 0 && fact.Peers.All(peer => RowHash.Normalised(peer.Value) != value));
        bool told = $" {value} {RowHash.Normalised(fact.Scope)} {RowHash.Normalised(fact.Attribute ?? "")} "
            .Contains($" {RowHash.Normalised(fact.Subject)} ", StringComparison.Ordinal);
        return unique && !told && value.Length > 0 ? Rows(file, fact, $"{kind}.reverse", RowType.Reverse, fact.Subject) : [];
    }

    /// <summary>With one other subject, the same in every run; each pair of a table once at most.</summary>
    private static IReadOnlyList<Row> Compared(PhraseFile file, Fact fact)
    {
        if (Quantity.Of(fact.Value) is not { } own)
            return [];
        foreach (FactPeer peer in fact.Peers.OrderBy(peer => RowHash.Of(fact.Id, peer.Subject), StringComparer.Ordinal))
        {
            if (Quantity.Of(peer.Value) is not { } other || own.CompareTo(other) is not { } order || order == 0)
                continue;
            string hash = RowHash.Of(fact.Id, "comparison", peer.Subject);
            bool larger = hash[0] < '8', ownFirst = hash[1] < '8';
            Dictionary<string, string> places = PlacesOf(file, fact);
            places["first"] = ownFirst ? fact.Subject : peer.Subject;
            places["second"] = ownFirst ? peer.Subject : fact.Subject;
            string answer = order > 0 == larger ? fact.Subject : peer.Subject;
            return Rows(file, fact, larger ? "table.larger" : "table.smaller", RowType.Comparison, answer, places);
        }
        return [];
    }

    private static IReadOnlyList<Row> Rows(PhraseFile file, Fact fact, string group, RowType type, string answer,
        IReadOnlyDictionary<string, string>? places = null)
    {
        places ??= PlacesOf(file, fact);
        return [.. file.Groups.GetValueOrDefault(group, []).Select(wording => RowHash.WithHash(new Row
        {
            Hash = "",
            Fact = fact.Id,
            Type = type,
            Language = fact.Language,
            Messages = [new RowMessage("user", wording.Fill(places)), new RowMessage("assistant", answer)],
            Expected = answer,
            Sources = fact.Sources,
            Chunk = fact.Chunk,
            Section = fact.Section,
            Evidence = fact.Evidence,
            Generator = new RowGenerator("phrasebook", wording.Key, file.Version),
        }))];
    }

    private static Dictionary<string, string> PlacesOf(PhraseFile file, Fact fact)
    {
        Dictionary<string, string> places = new(StringComparer.Ordinal)
        {
            ["scope"] = fact.Scope,
            ["attribute"] = fact.Attribute ?? "",
            ["value"] = fact.Value,
            ["name"] = fact.Subject,
            ["head"] = fact.SubjectHead ?? "",
        };
        bool figure = fact.Kind == "caption";       // "Figure 3" is a name already
        places["subject"] = figure || fact.Kind == "enumeration" ? fact.Subject
            : file.Groups[fact.SubjectHead is null ? "name.plain" : "name.with_head"][0].Fill(places);
        return places;
    }

    private static string[] FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];
}
