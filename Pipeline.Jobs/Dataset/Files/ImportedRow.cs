using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models.Datasets;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>A row of a user's file as a row of a dataset.</summary>
internal static class ImportedRow
{
    private const int PassageCharacters = 100;  // a shorter input is a part of its question

    /// <summary>
    /// The row. Where the columns are those of an export with provenance, and the content is unchanged, type, language, fact and split
    /// are as they were.
    /// </summary>
    public static Row Of(UserRow user, Func<string, string>? languageOf)
    {
        RowMessage[] messages = [.. user.Messages.Select(m => new RowMessage(m.Role, m.Content))];
        Row row = new()
        {
            Hash = "",
            Type = user.IsPreference ? RowType.Preference : user.Images.Count > 0 ? RowType.Image
                : user.Text is not null ? RowType.Text : RowType.Imported,
            Language = "und",
            Messages = messages,
            Text = user.Text,
            Rejected = user.Rejected,
            Image = user.Images.Count > 0 ? RowImages.Join(user.Images) : null,
            Tools = user.Tools,
            Generator = new RowGenerator("import", "", "1"),
            Split = RowSplit.Train,
        };
        if (RowColumns.Restore(row, user.Columns) is { } known) return known;
        string text = user.Text ?? $"{row.Question}\n{row.Answer}";
        row = RowHash.WithHash(row with { Language = languageOf?.Invoke(text) ?? "und" });
        string group = user.Passage.Length >= PassageCharacters ? user.Passage : row.Question;
        return row with
        {
            // Each question is a thing of its own; those about one passage are one cluster.
            Fact = row.Type == RowType.Text ? "" : RowHash.OfFact("import", row.Question, null),
            Section = group.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"import/{RowHash.OfQuestion(group)}"),
        };
    }
}
