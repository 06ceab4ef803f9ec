using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>Look-ups in tables: the value of a column in the row named by the first column.</summary>
internal static partial class TableExamples
{
    public static IEnumerable<SourcedExample> Of(DocumentSection section, DatasetOptions options)
    {
        foreach (DocumentBlock block in section.Blocks)
        {
            if (block.Kind != BlockKind.Table || section.Document.Tables.FirstOrDefault(t => t.Id == block.Table) is not { } table)
                continue;
            if (table.HeaderRows == 0)
                continue;       // what its columns are called is not known, so nothing may be asked about them
            string about = table.Caption is { } caption ? Label().Replace(caption, "").Trim().TrimEnd('.') : section.Topic;
            foreach (SourcedExample example in Lookups(section, block, table, about).Take(options.MaxLookupsPerTable))
                yield return example;
        }
    }

    private static IEnumerable<SourcedExample> Lookups(DocumentSection section, DocumentBlock block, DocumentTable table, string about)
    {
        // A name that occurs twice would give two questions with the same wording.
        ILookup<string, IReadOnlyList<string>> rows = table.Rows.Skip(table.HeaderRows).Where(r => r[0].Length > 0)
            .ToLookup(r => r[0], StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, IReadOnlyList<string>> named in rows)
        {
            if (named.Count() > 1)
                continue;
            IReadOnlyList<string> row = named.First();
            for (int column = 1; column < row.Count; column++)
            {
                string value = row[column], header = table.HeaderOf(column);
                if (value.Length == 0 || header.Length == 0 || value is "-" or "–" or "—")
                    continue;
                string subject = $"\"{row[0]}\"";
                if (table.HeaderOf(0) is { Length: > 0 } first)
                    subject = $"{SentenceText.InSentence(first)} {subject}";
                yield return section.Example(
                    $"In the table \"{about}\" of \"{section.Title}\", what is the value of \"{header}\" for {subject}?", "",
                    $"{header} for {row[0]}: {value}.", "table", block);
            }
        }
    }

    [GeneratedRegex(@"^\p{L}+\.?\s*[\d.\-]*\w?\s*[:.|–—-]\s*")]
    private static partial Regex Label();
}
