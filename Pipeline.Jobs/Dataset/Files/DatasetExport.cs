using System.Globalization;
using System.Text;
using System.Text.Json;
using Parquet.Schema;
using Parquet.Serialization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Writes rows in the formats that other programs read.</summary>
public static class DatasetExport
{
    private static readonly string[] TableColumns =
        ["instruction", "input", "output", "system", "history", "text", "chosen", "rejected", "kto_tag", "images"];

    /// <summary>Extension of the format, with its dot.</summary>
    public static string Extension(RowFormat format) => format switch
    {
        RowFormat.Csv => ".csv",
        RowFormat.Parquet => ".parquet",
        RowFormat.Text => ".txt",
        _ => ".jsonl",
    };

    /// <summary>
    /// Writes to a file, or, where the path has no extension, to a folder: there rows of each kind have a file of their own, and
    /// <c>dataset_info.json</c> names them for LLaMA-Factory.
    /// </summary>
    /// <param name="rows">All rows of the dataset.</param>
    /// <param name="options">Which of them, and how.</param>
    /// <param name="path">File or folder.</param>
    /// <param name="ct">Stops between files.</param>
    /// <exception cref="InputException">No row is left to write.</exception>
    public static async Task<ExportResult> WriteAsync(IReadOnlyList<Row> rows, ExportOptions options, string path, CancellationToken ct)
    {
        Row[] fitting = Chosen(rows, options, out int leftOut);
        if (Path.GetExtension(path).Length > 0)
        {
            string? parent = Path.GetDirectoryName(Path.GetFullPath(path));
            if (parent is not null) Directory.CreateDirectory(parent);
            await FileAsync(path, fitting, options, ct);
            return new ExportResult([path], fitting.Length, leftOut);
        }
        Directory.CreateDirectory(path);
        List<string> files = new();
        List<DatasetInfoEntry> entries = new();
        foreach (IGrouping<RowKind, Row> kind in fitting.GroupBy(RowShape.KindOf).OrderBy(group => group.Key))
        {
            string name = kind.Key switch
            {
                RowKind.Instruction => "data",
                RowKind.Text => DatasetFolder.Text,
                RowKind.Pair => "preferences",
                RowKind.Marked => "marked",
                RowKind.Image => "images",
                _ => "tools",
            };
            string file = name + Extension(options.Format);
            await FileAsync(Path.Combine(path, file), [.. kind], options, ct);
            files.Add(Path.Combine(path, file));
            RowFormat columns = options.Format is RowFormat.Parquet ? RowFormat.Messages : options.Format;
            entries.Add(DatasetInfoEntry.Of(name, file, kind.Key, columns, [.. kind]));
        }
        if (options.Format != RowFormat.Text)
            await File.WriteAllBytesAsync(Path.Combine(path, DatasetFiles.Info), DatasetInfoEntry.ToJson(entries), ct);
        return new ExportResult(files, fitting.Length, leftOut);
    }

    /// <summary>The rows that the options ask for and the format can hold.</summary>
    /// <exception cref="InputException">There is none.</exception>
    private static Row[] Chosen(IReadOnlyList<Row> rows, ExportOptions options, out int leftOut)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        Row[] wanted = [.. rows.Where(row => row.State == RowState.Rejected
            ? options.Rejected && options.Split is null : options.Split is null || row.Split == options.Split)];
        Row[] fitting = [.. wanted.Where(row => RowShape.Fits(row, options.Format))];
        leftOut = wanted.Length - fitting.Length;
        if (fitting.Length > 0) return fitting;
        throw new InputException(wanted.Length == 0 ? "no row of the dataset is of this split; choose another one"
            : $"none of the {wanted.Length} rows fits into the format {RowColumns.Name(options.Format)}; choose another one, for instance "
            + "messages");
    }

    private static async Task FileAsync(string path, Row[] rows, ExportOptions options, CancellationToken ct)
    {
        string temporary = path + ".tmp";
        await using (FileStream output = File.Create(temporary))
        {
            switch (options.Format)
            {
                case RowFormat.Csv:
                    await output.WriteAsync(Table(rows, options.Provenance), ct);
                    break;
                case RowFormat.Parquet:
                    await ParquetAsync(output, rows, options.Provenance, ct);
                    break;
                case RowFormat.Text:
                    await output.WriteAsync(Encoding.UTF8.GetBytes(TextParts.Join(rows.Select(row => row.Text ?? ""))), ct);
                    break;
                default:
                    foreach (Row row in rows) RowShape.WriteLine(output, row, options.Format, options.Provenance);
                    break;
            }
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static byte[] Table(Row[] rows, bool provenance)
    {
        Dictionary<string, string>[] lines = [.. rows.Select(row => Cells(row, provenance))];
        string[] columns = [.. TableColumns.Take(3).Concat(TableColumns.Skip(3).Concat(RowColumns.Names)
            .Where(name => lines.Any(line => line.ContainsKey(name))))];
        StringBuilder text = new();
        Append(columns);
        foreach (Dictionary<string, string> line in lines) Append(columns.Select(name => line.GetValueOrDefault(name, "")));
        return Encoding.UTF8.GetBytes(text.ToString());

        void Append(IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
    }

    private static string Quoted(string cell) =>
        cell.Length > 0 && cell.AsSpan().IndexOfAny(",\"\r\n;\t") < 0 && cell[0] != ' ' && cell[^1] != ' ' ? cell
        : cell.Length == 0 ? "" : $"\"{cell.Replace("\"", "\"\"")}\"";

    private static Dictionary<string, string> Cells(Row row, bool provenance)
    {
        using MemoryStream line = new();
        RowShape.WriteLine(line, row, RowFormat.Alpaca, provenance);
        using JsonDocument json = JsonDocument.Parse(line.ToArray());
        return json.RootElement.EnumerateObject().ToDictionary(column => column.Name, column =>
            column.Value.ValueKind == JsonValueKind.String ? column.Value.GetString()! : column.Value.GetRawText());
    }

    private static async Task ParquetAsync(Stream output, Row[] rows, bool provenance, CancellationToken ct)
    {
        List<Field> fields =
        [
            new ListField("messages", new StructField("element", new DataField<string>("role"), new DataField<string>("content"))),
            new ListField("images", new DataField<string>("element")),
            .. ((string[])["text", "chosen", "rejected", "kto_tag", "tools"]).Select(name => new DataField<string>(name)),
            .. provenance ? RowColumns.Names.Select(name => new DataField<string>(name)) : [],
        ];
        Dictionary<string, object?>[] records = [.. rows.Select(row => Record(row, provenance))];
        await ParquetSerializer.SerializeUntypedAsync(records!, new ParquetSchema(fields), output, cancellationToken: ct);
    }

    private static Dictionary<string, object?> Record(Row row, bool provenance)
    {
        RowKind kind = RowShape.KindOf(row);
        IEnumerable<RowMessage> messages = kind switch
        {
            RowKind.Pair => row.Messages.SkipLast(1),
            RowKind.Marked => row.Messages.SkipLast(1).Append(new RowMessage("assistant", RowShape.AnswerOf(row))),
            _ => row.Messages,
        };
        Dictionary<string, object?> record = new()
        {
            ["messages"] = messages.Select(m => new Dictionary<string, object?> { ["role"] = m.Role, ["content"] = m.Content }).ToList(),
            ["text"] = row.Text,
            ["chosen"] = kind == RowKind.Pair ? row.Answer : null,
            ["rejected"] = kind == RowKind.Pair ? row.Rejected : null,
            ["kto_tag"] = kind == RowKind.Marked ? (row.Rejected is null).ToString(CultureInfo.InvariantCulture).ToLowerInvariant() : null,
            // The form in which the writer takes lists of text.
            ["images"] = RowImages.Of(row).Select(image => (ReadOnlyMemory<char>?)image.AsMemory()).ToList(),
            ["tools"] = row.Tools,
        };
        if (provenance)
            foreach ((string name, string value) in RowColumns.Of(row)) record[name] = value;
        return record;
    }
}
