using System.Globalization;
using System.Text.Json;
using Pipeline.Models.Datasets;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>
/// Reads the questions of an examination from JSON or JSON Lines: <c>question</c> with <c>answer</c> or <c>expected</c>, and where known
/// <c>answers</c> (others as right), <c>parts</c> (all of them wanted), <c>context</c>, <c>document</c>, <c>page</c>, <c>section</c>,
/// <c>fact</c>, <c>type</c>, <c>language</c>, <c>answerable</c>, <c>system</c> and <c>id</c>; or rows of a dataset, alpaca or sharegpt.
/// </summary>
public static class ExamFile
{
    /// <summary>All questions of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">Missing, empty, or with a row that is no question; names file, line and field.</exception>
    public static IReadOnlyList<ExamItem> Read(string path)
    {
        IReadOnlyList<DatasetRow> rows = DatasetFile.Read(path);
        if (rows.Count == 0) throw new InputException($"{path}: holds no question");
        DatasetColumns columns = DatasetColumns.Guess(rows[0]);
        string prefix = Path.GetFileNameWithoutExtension(path);
        return [.. rows.Select((row, i) => ReadRow(row, columns, $"{prefix}-{(i + 1).ToString(CultureInfo.InvariantCulture)}"))];
    }

    private static ExamItem ReadRow(DatasetRow row, DatasetColumns columns, string id)
    {
        bool answerable = row.Value("answerable").ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.Undefined or JsonValueKind.Null => true,
            JsonValueKind.False => false,
            _ => throw row.Error("answerable", "must be true or false"),
        };
        (string question, string answer, string? system) = QuestionOf(row, columns, answerable);
        return new ExamItem
        {
            Id = Or(row.Text("id"), Or(row.Text("hash"), id)),
            Question = question,
            Expected = answer,
            System = system,
            Alternatives = Texts(row, "answers"),
            Parts = Texts(row, "parts"),
            Context = row.Text("context"),
            Document = row.Text("document"),
            Page = PageOf(row),
            Section = SectionOf(row),
            Fact = row.Text("fact"),
            Type = Or(row.Text("type"), "question"),
            Language = Or(row.Text("language"), "und"),
            Answerable = answerable,
        };
    }

    private static (string Question, string Answer, string? System) QuestionOf(DatasetRow row, DatasetColumns columns, bool answerable)
    {
        string question = row.Text("question").Trim();
        if (question.Length == 0 && !HasExample(row, columns))
            throw row.Error("question", "is missing or empty; give the question in it (or in 'instruction')");
        if (question.Length == 0)
        {
            InstructionExample example = ExampleReader.Read(row, columns);
            return (example.Question, Or(row.Text("expected"), example.Output), example.System);
        }
        string answer = Or(row.Text("expected"), row.Text("answer"));
        if (answer.Length == 0) answer = Texts(row, "answers").FirstOrDefault("");
        if (answer.Length == 0) answer = string.Join(", ", Texts(row, "parts"));
        if (answer.Length == 0 && answerable)
            throw row.Error("answer", "is missing or empty; give the right answer in it, or say \"answerable\": false");
        return (question, answer, row.Text("system") is { Length: > 0 } system ? system : null);
    }

    private static bool HasExample(DatasetRow row, DatasetColumns columns) =>
        row.Value(columns.IsConversation ? columns.Messages : columns.Instruction).ValueKind != JsonValueKind.Undefined
        || row.Value(columns.Input).ValueKind != JsonValueKind.Undefined;

    private static int? PageOf(DatasetRow row)
    {
        JsonElement value = row.Value("page");
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int page) && page > 0
            ? page : throw row.Error("page", "must be a whole number from 1");
    }

    // Sections of two documents may have the same name.
    private static string SectionOf(DatasetRow row) =>
        row.Text("section") is { Length: > 0 } section ? $"{row.Text("document")}/{section}" : "";

    private static string[] Texts(DatasetRow row, string field)
    {
        JsonElement value = row.Value(field);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return [];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(part => part.GetString()!.Trim()).Where(part => part.Length > 0)]
            : throw row.Error(field, "must be a list of texts");
    }

    private static string Or(string text, string otherwise) => text.Trim() is { Length: > 0 } given ? given : otherwise;
}
