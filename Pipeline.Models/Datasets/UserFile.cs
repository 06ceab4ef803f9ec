using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Reads the rows of the files that users have: JSON arrays and lines in any of the usual columns, tables with a head (CSV, TSV), all of
/// them packed or in other encodings, and rows that a caller has read itself (Parquet). A row that cannot be read is told, not dropped.
/// </summary>
public static class UserFile
{
    /// <summary>The rows of a JSON array, JSON Lines, CSV or TSV file.</summary>
    /// <param name="path">The file; <c>.csv</c> and <c>.tsv</c>, also before <c>.gz</c>, are tables.</param>
    /// <param name="strict">The first row that cannot be read stops.</param>
    /// <param name="encoding">Name of its encoding, or null to recognise it.</param>
    /// <param name="entry">Its entry in <c>dataset_info.json</c>, or null to go by the names of its columns.</param>
    /// <exception cref="InputException">The file cannot be read, or with <paramref name="strict"/> a row; names file and line.</exception>
    public static UserRows Read(string path, bool strict, string? encoding = null, JsonElement? entry = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        IReadOnlyList<DatasetItem> items = KindOf(path) is ".csv" or ".tsv"
            ? TableFile.Read(path, KindOf(path) == ".tsv" ? '\t' : ',', strict, encoding)
            : DatasetFile.ReadItems(path, strict, encoding);
        return Read(path, items, strict, entry is { } given ? DatasetColumns.ReadAny(given) : null);
    }

    /// <summary>Rows that were read by other means, each a JSON object.</summary>
    /// <inheritdoc cref="Read(string, bool, string?, JsonElement?)"/>
    public static UserRows Read(string path, IEnumerable<JsonElement> rows, bool strict, JsonElement? entry = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Read(path, [.. rows.Select((row, i) => new DatasetItem(i + 1, new DatasetRow(path, i + 1, row, "row")))], strict,
            entry is { } given ? DatasetColumns.ReadAny(given) : null);
    }

    /// <summary>The whole text of a file, unpacked and whatever its encoding.</summary>
    /// <exception cref="InputException">It cannot be read; names the file.</exception>
    public static string ReadText(string path, string? encoding = null) =>
        System.Text.Encoding.UTF8.GetString(DatasetBytes.Read(path, encoding).Span);

    /// <summary>Extension in lower case, the one before <c>.gz</c> where it is packed.</summary>
    public static string KindOf(string path)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        return extension == ".gz" ? Path.GetExtension(Path.GetFileNameWithoutExtension(path)).ToLowerInvariant() : extension;
    }

    private static UserRows Read(string path, IReadOnlyList<DatasetItem> items, bool strict, DatasetColumns? columns)
    {
        List<UserRow> rows = new();
        List<(int Number, int Line, string Reason)> skipped = new();
        int number = 0;
        foreach ((int line, DatasetRow? row, string? fault) in items)
        {
            number++;
            string? reason = fault;
            if (row is not null)
            {
                try
                {
                    rows.Add(UserRowReader.Read(row, columns) with { Line = line });
                }
                catch (InputException e) when (!strict)
                {
                    reason = e.Message.StartsWith(path, StringComparison.Ordinal)
                        ? e.Message[(e.Message.IndexOf(": field ", StringComparison.Ordinal) + 2)..] : e.Message;
                }
            }
            if (reason is not null)
                skipped.Add(strict ? throw new InputException($"{path}: line {line}: {reason}") : (number, line, reason));
        }
        return new UserRows(rows, skipped);
    }
}
