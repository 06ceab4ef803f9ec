using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>
/// Reads replies of models, however they are wrapped: thoughts, fences and chatter around JSON, JSON that is cut or wrong, objects in
/// place of arrays, other names of fields; as a last resort lines of plain text.
/// </summary>
internal static class ReplyReader
{
    private const int MostItems = 500;
    private static readonly string[] QuestionNames = ["question", "q", "query", "prompt", "instruction", "input", "frage", "pregunta",
        "pergunta", "domanda"];
    private static readonly string[] AnswerNames = ["answer", "a", "response", "reply", "output", "refusal", "completion", "antwort",
        "respuesta", "réponse", "reponse", "resposta", "risposta"];
    private static readonly string[] ManyQuestions = ["questions", "wordings", "phrasings", "variants"];
    private static readonly string[] SubjectNames = ["subject", "entity", "topic", "name", "term"];
    private static readonly string[] AttributeNames = ["attribute", "property", "predicate", "relation", "aspect"];
    private static readonly string[] ValueNames = ["value", "object", "answer", "definition"];
    private static readonly string[] QuoteNames = ["quote", "evidence", "span", "source", "citation", "sentence", "context"];
    private static readonly string[] FactNames = ["fact", "fact_id", "fact_number", "id", "number", "index", "nr"];
    private static readonly string[] TextNames = ["text", "point", "key_point", "content", "value", "statement", "summary"];

    /// <summary>Questions with their answers.</summary>
    public static ReplyRead<ReadQuestion> Questions(string reply)
    {
        (IReadOnlyList<JsonNode> roots, bool cut, string text) = Parse(reply);
        List<ReadQuestion> items = [];
        int incomplete = 0;
        foreach (JsonNode root in roots) Collect(root, null);
        if (items.Count == 0) items.AddRange(QuestionLines.Read(text));
        return new(items, incomplete, cut);

        void Collect(JsonNode? node, int? fact)
        {
            if (items.Count >= MostItems) return;
            if (node is JsonArray array)
            {
                foreach (JsonNode? item in array) Collect(item, fact);
                return;
            }
            if (node is not JsonObject o) return;
            fact = NumberOf(o, FactNames) ?? fact;
            string? question = TextOf(o, QuestionNames), answer = TextOf(o, AnswerNames);
            if (question is not null || (answer is not null && !o.Any(p => p.Value is JsonArray)))
            {
                if (question is { Length: > 0 } && answer is { Length: > 0 } && !IsTorn(question) && !IsTorn(answer))
                    items.Add(new ReadQuestion(question, answer, fact, TextOf(o, QuoteNames)));
                else
                    incomplete++;
                return;
            }
            if (Texts(o, ManyQuestions) is { Count: > 0 } several)
            {
                IReadOnlyList<string>? answers = Texts(o, ["answers"]);
                for (int i = 0; i < several.Count; i++)
                {
                    string? own = answers is not null && answers.Count == several.Count ? answers[i] : answer;
                    if (own is { Length: > 0 }) items.Add(new ReadQuestion(several[i], own, fact, TextOf(o, QuoteNames)));
                    else incomplete++;
                }
                return;
            }
            foreach ((string key, JsonNode? value) in o)
            {
                if (value is JsonObject or JsonArray) Collect(value, NumberIn(key) ?? fact);
                else if (key.TrimEnd().EndsWith('?') && AsText(value) is { Length: > 0 } direct)
                    items.Add(new ReadQuestion(key.Trim(), direct, fact));
            }
        }
    }

    /// <summary>Questions without answers: the texts of a list, or lines that end with a question mark.</summary>
    public static ReplyRead<string> Asked(string reply)
    {
        ReplyRead<ReadQuestion> pairs = Questions(reply);
        if (pairs.Items.Count > 0) return new([.. pairs.Items.Select(p => p.Question)], pairs.Incomplete, pairs.IsCut);
        (IReadOnlyList<JsonNode> roots, bool cut, string text) = Parse(reply);
        List<string> items = [];
        foreach (JsonNode root in roots) Strings(root, items, QuestionNames);
        if (items.Count == 0)
            items.AddRange(text.Split('\n').Take(MostItems).Select(QuestionLines.WithoutMarker).Where(line => line.EndsWith('?')));
        return new(items, 0, cut);
    }

    /// <summary>Facts.</summary>
    public static ReplyRead<ReadFact> Facts(string reply)
    {
        (IReadOnlyList<JsonNode> roots, bool cut, _) = Parse(reply);
        List<ReadFact> items = [];
        int incomplete = 0;
        foreach (JsonNode root in roots) Collect(root);
        return new(items, incomplete, cut);

        void Collect(JsonNode? node)
        {
            if (items.Count >= MostItems) return;
            if (node is JsonArray array)
            {
                foreach (JsonNode? item in array) Collect(item);
                return;
            }
            if (node is not JsonObject o) return;
            string? subject = TextOf(o, SubjectNames), value = TextOf(o, ValueNames);
            if (subject is { Length: > 0 } && value is { Length: > 0 } && !IsTorn(subject) && !IsTorn(value))
                items.Add(new ReadFact(subject, TextOf(o, AttributeNames) is { Length: > 0 } attribute ? attribute : null, value,
                    TextOf(o, QuoteNames) is { Length: > 0 } quote ? quote : null));
            else if (subject is not null || value is not null || o.Any(p => QuoteNames.Contains(p.Key, StringComparer.OrdinalIgnoreCase)
                && p.Value is JsonValue))
                incomplete++;
            else
                foreach ((string _, JsonNode? inner) in o) Collect(inner);
        }
    }

    /// <summary>Short texts, such as key points: of a list with a name, of the only list, or of lines with bullets.</summary>
    public static ReplyRead<string> Points(string reply, params string[] names)
    {
        (IReadOnlyList<JsonNode> roots, bool cut, string text) = Parse(reply);
        List<string> items = [];
        foreach (JsonNode root in roots)
        {
            JsonNode? list = root is JsonObject o ? names.Select(name => o[name]).FirstOrDefault(found => found is JsonArray) : root;
            if (list is not null) Strings(list, items, TextNames);
        }
        if (items.Count == 0 && roots.Count == 0) items.AddRange(QuestionLines.Bullets(text));
        return new(items, 0, cut);
    }

    /// <summary>A single text of an object, such as a topic; null without it.</summary>
    public static string? Field(string reply, params string[] names) =>
        Parse(reply).Roots.OfType<JsonObject>().Select(o => TextOf(o, names)).FirstOrDefault(text => text is { Length: > 0 });

    /// <summary>A yes or no of an object or of the text; null where the reply is not clear.</summary>
    public static bool? Judgement(string reply, params string[] names)
    {
        (IReadOnlyList<JsonNode> roots, _, string text) = Parse(reply);
        foreach (JsonNode root in roots)
        {
            foreach (JsonObject o in root is JsonArray array ? array.OfType<JsonObject>() : root is JsonObject one ? [one] : [])
                foreach (string name in names)
                    if (o.TryGetPropertyValue(name, out JsonNode? value) && value is JsonValue known)
                        return known.TryGetValue(out bool judged) ? judged : QuestionLines.YesOrNo(AsText(known) ?? "");
        }
        return roots.Count > 0 ? null : QuestionLines.YesOrNo(text, names);
    }

    private static (IReadOnlyList<JsonNode> Roots, bool Cut, string Text) Parse(string reply)
    {
        string text = ReplyText.WithoutThoughts(reply);
        TolerantJson json = new(text);
        IReadOnlyList<JsonNode> roots = json.Values();
        return (roots, json.IsCut, text);
    }

    private static void Strings(JsonNode? node, List<string> items, string[] names)
    {
        if (items.Count >= MostItems) return;
        switch (node)
        {
            case JsonArray array:
                foreach (JsonNode? item in array) Strings(item, items, names);
                break;
            case JsonObject o when TextOf(o, names) is { Length: > 0 } text:
                items.Add(text);
                break;
            case JsonObject o:
                foreach ((string _, JsonNode? value) in o) Strings(value, items, names);
                break;
            case JsonValue value when AsText(value) is { Length: > 1 } text && !IsTorn(text):
                items.Add(text);
                break;
        }
    }

    /// <summary>A text that swallowed its neighbours, because a quote was missing.</summary>
    private static bool IsTorn(string text) => text.Contains("\": \"", StringComparison.Ordinal)
        || text.Contains("\":\"", StringComparison.Ordinal) || text.Contains("\": [", StringComparison.Ordinal);

    private static string? TextOf(JsonObject o, string[] names)
    {
        foreach (string name in names)
            if (o.TryGetPropertyValue(name, out JsonNode? value) && AsText(value) is { } text)
                return text;
        return null;
    }

    private static IReadOnlyList<string>? Texts(JsonObject o, string[] names)
    {
        foreach (string name in names)
            if (o.TryGetPropertyValue(name, out JsonNode? value) && value is JsonArray array && array.Count > 0
                && array.All(item => item is JsonValue))
                return [.. array.Select(item => AsText(item) ?? "").Where(text => text.Length > 0)];
        return null;
    }

    private static string? AsText(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out string? text) => text.Trim(),
        JsonValue value when value.TryGetValue(out bool truth) => truth ? "true" : "false",
        JsonArray { Count: > 0 } array when array.All(item => item is JsonValue v && v.TryGetValue(out string? _)) =>
            string.Join(", ", array.Select(item => item!.GetValue<string>().Trim())),
        _ => null,
    };

    private static int? NumberOf(JsonObject o, string[] names)
    {
        foreach (string name in names)
            if (o.TryGetPropertyValue(name, out JsonNode? value) && AsText(value) is { } text && NumberIn(text) is { } number)
                return number;
        return null;
    }

    /// <summary>The number at the end of a short name: <c>3</c>, <c>fact_3</c>, <c>Fact 3</c>.</summary>
    private static int? NumberIn(string text)
    {
        string name = text.Trim().TrimEnd('.', ')');
        int start = name.Length;
        while (start > 0 && char.IsAsciiDigit(name[start - 1])) start--;
        return name.Length <= 12 && start < name.Length && name.Length - start <= 3
            ? int.Parse(name.AsSpan(start), NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }
}
