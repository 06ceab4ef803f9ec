using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Web.Pages;

/// <summary>Names of what rows have, as lists show them: keys of <see cref="Languages.PageTexts"/>.</summary>
internal static class RowWords
{
    private const int LongestHead = 160;        // characters of a text in a list

    /// <summary>An enumeration's value in words: <c>key points</c>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Name(value).Replace('_', ' ');

    /// <summary>An enumeration's value as filters name it: <c>key_points</c>.</summary>
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>What tells a row from others in one line: its question, or how its text begins.</summary>
    public static string Head(Row row)
    {
        string text = row.Question.Length > 0 ? row.Question : row.Answer;
        if (text.Length <= LongestHead) return text;
        int end = char.IsHighSurrogate(text[LongestHead - 1]) ? LongestHead - 1 : LongestHead;
        return text[..end] + "…";
    }
}
