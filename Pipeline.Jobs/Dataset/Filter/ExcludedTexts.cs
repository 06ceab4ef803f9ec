using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;

namespace Pipeline.Jobs.Dataset.Filter;

/// <summary>Texts that must not be trained on, and whether a row repeats one of them.</summary>
internal sealed class ExcludedTexts
{
    private readonly HashSet<ulong> _runs = [];
    private readonly HashSet<ulong> _questions = [];

    /// <summary>Texts, files or their lines; of a line of JSON every string in it counts.</summary>
    public ExcludedTexts(IEnumerable<string> texts)
    {
        foreach (string text in texts)
            Add(text);
    }

    /// <summary>What of a row stands in an excluded text; null where nothing does.</summary>
    public string? Find(Row row)
    {
        if (_questions.Count == 0)
            return null;
        foreach (RowMessage message in row.Messages)
            if (message.Role == "user" && _questions.Contains(Shingles.Hash(TextWords.Normalised(message.Content))))
                return "equal question";
        foreach (string text in row.Messages.Where(m => m.Role != "system").Select(m => m.Content).Append(row.Text ?? "")
            .Append(row.Rejected ?? ""))
            if (NGrams.Of(text).Any(_runs.Contains))
                return $"{NGrams.Length} words in a row";
        return null;
    }

    private void Add(string text)
    {
        if (Strings(text) is List<string> strings)
        {
            strings.ForEach(AddPlain);
            return;
        }
        string[] lines = text.Split('\n');
        // A question stands on a line of its own, or in a string of a line of JSON.
        foreach (string line in lines)
            if (Strings(line) is List<string> inside)
                inside.ForEach(AddPlain);
            else
                AddPlain(line);
        AddPlain(text);
    }

    private void AddPlain(string text)
    {
        string normalised = TextWords.Normalised(text);
        if (normalised.Length == 0)
            return;
        _questions.Add(Shingles.Hash(normalised));
        _runs.UnionWith(NGrams.Of(text));
    }

    private static List<string>? Strings(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length < 2 || trimmed[0] is not ('{' or '['))
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(trimmed.TrimEnd(','));
            List<string> strings = [];
            Collect(json.RootElement, strings);
            return strings;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, List<string> strings)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                strings.Add(element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                    Collect(item, strings);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                    Collect(property.Value, strings);
                break;
        }
    }
}
