using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>Reads tables of text with a head: RFC 4180, with any line ends, and with semicolons where the head has them.</summary>
internal static class TableFile
{
    private static readonly string[] Lists = ["messages", "conversations", "history", "images"];

    /// <param name="path">The file.</param>
    /// <param name="separator">Comma or tab; a comma gives way to a semicolon that the head has more of.</param>
    /// <param name="strict">The first row that cannot be read stops.</param>
    /// <param name="encoding">As for <see cref="DatasetBytes.Read"/>.</param>
    /// <exception cref="InputException">No head, or with <paramref name="strict"/> a row of another width.</exception>
    public static IReadOnlyList<DatasetItem> Read(string path, char separator, bool strict, string? encoding)
    {
        string text = Encoding.UTF8.GetString(DatasetBytes.Read(path, encoding).Span);
        string head = text.Split('\n', 2)[0];
        if (separator == ',' && head.Count(c => c == ';') > head.Count(c => c == ',')) separator = ';';
        string[]? names = null;
        List<DatasetItem> items = new();
        foreach ((int line, string[]? cells, string? fault) in Records(text, separator))
        {
            if (cells is [""]) continue;
            if (names is null)
            {
                names = cells?.Select(name => name.Trim()).ToArray();
                if (names is null || names.All(name => name.Length == 0) || names.Distinct(StringComparer.Ordinal).Count() < names.Length)
                    throw new InputException($"{path}: line {line}: is not a head; expected the names of the columns, each once");
                continue;
            }
            string? problem = fault ?? (cells!.Length == names.Length ? null
                : $"has {cells.Length} cells; the head has {names.Length}");
            if (problem is not null && strict) throw new InputException($"{path}: line {line}: {problem}");
            items.Add(problem is not null ? new DatasetItem(line, null, problem)
                : new DatasetItem(line, new DatasetRow(path, line, ToJson(names, cells!))));
        }
        return items;
    }

    private static JsonElement ToJson(string[] names, string[] cells)
    {
        Dictionary<string, object?> row = new(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
            if (names[i].Length > 0) row[names[i]] = Lists.Contains(names[i]) && ListOf(cells[i]) is { } list ? list : cells[i];
        return JsonSerializer.SerializeToElement(row);
    }

    private static JsonElement? ListOf(string cell)
    {
        if (!cell.StartsWith('[')) return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(cell);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<(int Line, string[]? Cells, string? Fault)> Records(string text, char separator)
    {
        int line = 1, at = 0;
        List<string> cells = new();
        StringBuilder cell = new();
        while (at < text.Length)
        {
            int start = line;
            string? fault = null;
            cells.Clear();
            for (bool ends = false; !ends;)
            {
                cell.Clear();
                if (at < text.Length && text[at] == '"')
                {
                    for (at++; ; at++)
                    {
                        if (at >= text.Length)
                        {
                            fault = "has a quote that is not closed";
                            break;
                        }
                        if (text[at] == '"' && at + 1 < text.Length && text[at + 1] == '"') at++;
                        else if (text[at] == '"') break;
                        if (text[at] == '\n') line++;
                        cell.Append(text[at]);
                    }
                    at++;
                }
                while (at < text.Length && text[at] != separator && text[at] is not ('\n' or '\r')) cell.Append(text[at++]);
                cells.Add(cell.ToString());
                ends = at >= text.Length || text[at] != separator;
                if (!ends) at++;
            }
            if (at < text.Length && text[at] == '\r') at++;
            if (at < text.Length && text[at] == '\n') at++;
            line++;
            yield return (start, fault is null ? [.. cells] : null, fault);
        }
    }
}
