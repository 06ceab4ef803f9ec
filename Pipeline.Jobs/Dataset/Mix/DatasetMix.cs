using System.Globalization;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>
/// Mixes the rows of the documents with raw text up to a share of the tokens and with the user's own files by weight. Which rows are
/// taken depends on the rows and the seed alone.
/// </summary>
public static class DatasetMix
{
    /// <summary>Name of the rows of documents among the counts.</summary>
    public const string Documents = "documents";

    /// <summary>Name of the raw text of documents among the counts.</summary>
    public const string Text = "text";

    /// <summary>Reads the user's files.</summary>
    /// <param name="options">Which ones.</param>
    /// <param name="languageOf">ISO 639-1 of a text; null leaves rows at <c>und</c>.</param>
    /// <param name="ct">Stops between files.</param>
    /// <returns>The sources, and the rows that cannot be used.</returns>
    /// <exception cref="Models.InputException">A file cannot be read, or, where it is strict, a row of it.</exception>
    public static async Task<(IReadOnlyList<MixSource> Sources, IReadOnlyList<SkippedRow> Skipped)> ReadFilesAsync(MixOptions options,
        Func<string, string>? languageOf, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<MixSource> sources = new();
        List<SkippedRow> skipped = new();
        foreach (MixFile file in options.Files)
        {
            ImportOptions import = new() { Strict = file.Strict, LanguageOf = languageOf };
            ImportedRows read = await DatasetImport.ReadAsync(file.Path, import, ct);
            sources.Add(new MixSource(file.Path, read.Rows, file.Weight));
            skipped.AddRange(read.Skipped);
        }
        return (sources, skipped);
    }

    /// <summary>Decides which rows are trained and how often.</summary>
    /// <param name="rows">Rows of the documents with their split, rejected ones included; those of type text are the raw text.</param>
    /// <param name="sources">The user's files. Rows that an earlier source has are rejected as duplicates.</param>
    /// <param name="options">Share of raw text, and seed.</param>
    /// <param name="tokensOf">Tokens of a row, question and answer together.</param>
    public static MixResult Of(IReadOnlyList<Row> rows, IReadOnlyList<MixSource> sources, MixOptions options, Func<Row, int> tokensOf)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokensOf);
        List<MixCount> counts = new();
        Dictionary<string, int> times = new(StringComparer.Ordinal);
        HashSet<string> seen = [.. rows.Where(row => row.State != RowState.Rejected).Select(row => row.Hash)];
        // Questions that are examined must not be trained because a user's file has them too.
        HashSet<string> held = [.. rows.Where(row => row is { Split: RowSplit.Eval or RowSplit.Exam, Type: not RowType.Text })
            .Select(row => RowHash.OfQuestion(row.Question))];
        Row[] asked = [.. rows.Where(row => IsTrained(row) && row.Type != RowType.Text)];
        counts.Add(new MixCount(Documents, asked.Length, asked.Length, asked.Length, asked.Sum(row => (long)tokensOf(row))));

        List<Row> added = new();
        foreach (MixSource source in sources)
        {
            Row[] own = [.. source.Rows.Select(row => row.State == RowState.Rejected ? row
                : !seen.Add(row.Hash) ? row.Reject(Reasons.Duplicate)
                : row.Type != RowType.Text && held.Contains(RowHash.OfQuestion(row.Question)) ? row.Reject(Reasons.Excluded)
                : row)];
            Row[] trained = [.. own.Where(IsTrained)];
            HashSet<string> once = First(trained, source.Weight - Math.Floor(source.Weight), options.Seed);
            int whole = (int)Math.Floor(source.Weight);
            long examples = 0, tokens = 0;
            foreach (Row row in trained)
            {
                int often = whole + (once.Contains(row.Hash) ? 1 : 0);
                if (often != 1) times[row.Hash] = often;
                examples += often;
                tokens += (long)often * tokensOf(row);
            }
            Row[] used = [.. own.Select(row => IsTrained(row) && times.GetValueOrDefault(row.Hash, 1) == 0
                ? row.Reject(Reasons.Balance) : row)];
            foreach (Row row in trained)
                if (times.GetValueOrDefault(row.Hash, 1) == 0) times.Remove(row.Hash);      // it is rejected, which says the same
            added.AddRange(used);
            counts.Add(new MixCount(source.Name, trained.Length, used.Count(IsTrained), examples, tokens));
        }
        HashSet<string> taken = Texts(rows, counts.Sum(count => count.Tokens), options, tokensOf, counts);
        return new MixResult([.. rows.Select(row => IsTrained(row) && row.Type == RowType.Text && !taken.Contains(row.Hash)
            ? row.Reject(Reasons.Balance) : row), .. added], times, counts);
    }

    private static HashSet<string> Texts(IReadOnlyList<Row> rows, long others, MixOptions options, Func<Row, int> tokensOf,
        List<MixCount> counts)
    {
        Row[] texts = [.. rows.Where(row => IsTrained(row) && row.Type == RowType.Text)];
        double room = options.TextShare >= 1 ? double.MaxValue : options.TextShare / (1 - options.TextShare) * others;
        HashSet<string> taken = new(StringComparer.Ordinal);
        long tokens = 0;
        // One text of each document in turn, so that a long document does not fill the share alone.
        foreach (Row row in texts.GroupBy(DocumentOf, StringComparer.Ordinal)
            .SelectMany(document => document.OrderBy(row => Rank(row, options.Seed), StringComparer.Ordinal).Select((row, i) => (row, i)))
            .OrderBy(text => text.i).ThenBy(text => Rank(text.row, options.Seed), StringComparer.Ordinal).Select(text => text.row))
        {
            int length = tokensOf(row);
            if (tokens + length > room || !taken.Add(row.Hash)) continue;
            tokens += length;
        }
        counts.Insert(1, new MixCount(Text, texts.Length, taken.Count, taken.Count, tokens));
        return taken;
    }

    private static HashSet<string> First(Row[] rows, double share, int seed) =>
        [.. rows.OrderBy(row => Rank(row, seed), StringComparer.Ordinal).Take((int)Math.Round(share * rows.Length))
            .Select(row => row.Hash)];

    private static bool IsTrained(Row row) => row.State != RowState.Rejected && row.Split == RowSplit.Train;

    private static string DocumentOf(Row row) => row.Sources.Count > 0 ? row.Sources[0].DocumentSha256 : "";

    private static string Rank(Row row, int seed) => RowHash.Of(seed.ToString(CultureInfo.InvariantCulture), row.Hash);
}
