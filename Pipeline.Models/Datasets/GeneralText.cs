using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Text about no document in particular: what a training must not change (<c>assets/general/retention.jsonl</c>, or a user's file),
/// and the questions and prose that show whether it did (<c>assets/general/examination.jsonl</c>). The two share nothing.
/// </summary>
public static class GeneralText
{
    /// <summary>Languages of the product's sets, by ISO 639-1.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "es", "de", "fr", "pt", "it"];

    /// <summary>The product's set for training.</summary>
    /// <param name="languages">Of <see cref="Languages"/>; empty for all.</param>
    /// <exception cref="MissingPrerequisiteException">The file is not beside the program.</exception>
    public static IReadOnlyList<GeneralRow> ForRetention(params IReadOnlyCollection<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        return [.. ReadRows(Shipped("retention.jsonl")).Where(row => languages.Count == 0 || languages.Contains(row.Language))];
    }

    /// <summary>The product's set for measuring what a model still knows.</summary>
    /// <exception cref="MissingPrerequisiteException">The file is not beside the program.</exception>
    public static GeneralExamination ForExamination()
    {
        DatasetRow[] rows = [.. DatasetFile.Read(Shipped("examination.jsonl"))];
        return new GeneralExamination(
            [.. rows.Where(row => row.Text("question").Length > 0).Select(row => new GeneralQuestion(LanguageOf(row),
                row.Text("question"), [.. row.Value("answers").EnumerateArray().Select(answer => answer.GetString()!)]))],
            [.. rows.Where(IsProse).Select(row => new GeneralRow(LanguageOf(row), null, row.Text("text")))]);
    }

    /// <summary>A user's file: rows of a dataset, rows with a <c>text</c>, or (.txt, .md) paragraphs between empty lines.</summary>
    /// <exception cref="InputException">Not readable, or without a row; names file, line and field.</exception>
    public static IReadOnlyList<GeneralRow> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Path.GetExtension(path).ToLowerInvariant() is not (".txt" or ".md"))
            return ReadRows(path);
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name a JSON, JSON Lines or text file");
        GeneralRow[] paragraphs = [.. File.ReadAllText(path).ReplaceLineEndings("\n")
            .Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(paragraph => new GeneralRow("", null, paragraph))];
        return paragraphs.Length > 0 ? paragraphs : throw new InputException($"{path}: holds no text");
    }

    private static IReadOnlyList<GeneralRow> ReadRows(string path)
    {
        IReadOnlyList<DatasetRow> rows = DatasetFile.Read(path);
        DatasetColumns? columns = rows.FirstOrDefault(row => !IsProse(row)) is { } first ? DatasetColumns.Guess(first) : null;
        return [.. rows.Select(row => IsProse(row)
            ? new GeneralRow(LanguageOf(row), null, row.Text("text"))
            : new GeneralRow(LanguageOf(row), ExampleReader.Read(row, columns!), ""))];
    }

    private static bool IsProse(DatasetRow row) =>
        row.Value("text") is { ValueKind: JsonValueKind.String } text && text.GetString()!.Trim().Length > 0;

    private static string LanguageOf(DatasetRow row) =>
        row.Value("language") is { ValueKind: JsonValueKind.String } language ? language.GetString()! : "";

    private static string Shipped(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "assets", "general", name);
        return File.Exists(path) ? path : throw new MissingPrerequisiteException($"{path} is missing; build or install the product again");
    }
}
