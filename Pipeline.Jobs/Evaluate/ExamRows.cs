using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Evaluate;

/// <summary>Rows of a dataset as questions of an examination.</summary>
public static class ExamRows
{
    /// <summary>The question that a row asks.</summary>
    /// <param name="row">A row with a question.</param>
    /// <param name="context">Text of its chunk, for the open book; empty without one.</param>
    public static ExamItem ToItem(Row row, string context = "")
    {
        ArgumentNullException.ThrowIfNull(row);
        string expected = row.Expected is { Length: > 0 } value ? value : row.Answer;
        SourceSpan? source = row.Sources.Count > 0 ? row.Sources[0] : null;
        return new ExamItem
        {
            Id = row.Hash,
            Fact = row.Fact,
            Type = JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Type.ToString()),
            Language = row.Language,
            Question = row.Question,
            System = row.Messages.FirstOrDefault(message => message.Role == "system")?.Content,
            Expected = expected,
            Parts = row.Type == RowType.List ? PartsOf(expected) : [],
            Context = context,
            Document = source?.Document ?? "",
            Page = source?.Page,
            Section = row.Section,
            Answerable = row.Type != RowType.Refusal,
        };
    }

    // Items of a list stand on lines of their own, else between semicolons, else between commas.
    private static string[] PartsOf(string expected)
    {
        foreach (char separator in "\n;,")
        {
            string[] parts = expected.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1) return [.. parts.Select(part => separator == '\n' ? part.TrimStart('-', '•', '*', ' ') : part)];
        }
        return [];
    }
}
