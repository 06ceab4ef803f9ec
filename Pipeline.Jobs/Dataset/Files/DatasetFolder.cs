using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>
/// The folder of a dataset: what a run trains on and a user downloads. LLaMA-Factory reads it by its <c>dataset_info.json</c>;
/// <c>rows.jsonl</c> holds every row with all that is known of it, rejected ones included. Equal rows give equal bytes.
/// </summary>
public static class DatasetFolder
{
    /// <summary>Every row, one a line, in the contract's JSON.</summary>
    public const string RowsFile = "rows.jsonl";

    /// <summary>Questions of the examination, which are never trained: <see cref="ExamItem"/>.</summary>
    public const string ExamFile = "exam.jsonl";

    /// <summary>What came of everything that went in.</summary>
    public const string FunnelFile = "funnel.json";

    /// <summary>How often rows are trained that are not trained once, by hash; only if there are any.</summary>
    public const string TimesFile = "times.json";

    /// <summary>Name of the texts to continue in <c>dataset_info.json</c>; there only if it has any.</summary>
    public const string Text = "text";

    private static readonly JsonSerializerOptions Indented = new(RowJson.Options) { WriteIndented = true, NewLine = "\n" };

    private static readonly JsonSerializerOptions Complete = new(RowJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>Writes the folder. Files of an earlier dataset are replaced, and those that this one does not have are removed.</summary>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <param name="rows">All rows, rejected ones included, in canonical order.</param>
    /// <param name="funnel">Where everything went.</param>
    /// <param name="options">What else it needs.</param>
    /// <param name="ct">Stops before the next file is written; the folder then lacks <c>dataset_info.json</c>.</param>
    public static async Task WriteAsync(string folder, IReadOnlyList<Row> rows, Funnel funnel, DatasetWriteOptions options,
        CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(funnel);
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, DatasetFiles.Info));       // first: without it the folder is not complete
        Row[] kept = [.. rows.Where(row => row.State != RowState.Rejected)];
        Row[] train = [.. kept.Where(row => row.Split == RowSplit.Train)];
        List<DatasetInfoEntry> entries = new();
        foreach ((string name, RowKind kind, IEnumerable<Row> own) in ((string, RowKind, IEnumerable<Row>)[])[
            (DatasetFiles.Train, RowKind.Instruction, train), (DatasetFiles.Eval, RowKind.Instruction, Of(RowSplit.Eval)),
            (Text, RowKind.Text, train), ("preferences", RowKind.Pair, train), ("marked", RowKind.Marked, train),
            ("images", RowKind.Image, train), ("tools", RowKind.Tools, train)])
        {
            Row[] some = [.. own.Where(row => RowShape.KindOf(row) == kind).SelectMany(row => Enumerable.Repeat(row, Times(row)))];
            bool always = kind == RowKind.Instruction;
            await LinesAsync(folder, $"{name}.jsonl", some, always, (output, row) => RowShape.WriteLine(output, row, FormatOf(kind), false),
                ct);
            await LinesAsync(folder, $"{name}.provenance.jsonl", some.Any(row => row.Sources.Count > 0) ? some : [], false,
                (output, row) => WriteJson(output, RowProvenance.Of(row)), ct);
            if (always || some.Length > 0) entries.Add(DatasetInfoEntry.Of(name, $"{name}.jsonl", kind, FormatOf(kind), some));
        }
        await LinesAsync(folder, ExamFile, Of(RowSplit.Exam), true, (output, row) => WriteJson(output, ExamOf(row, options.Contexts)), ct);
        await LinesAsync(folder, RowsFile, rows, true, (output, row) => WriteJson(output, row, RowJson.Options), ct);
        SortedDictionary<string, int> times = new(options.Times.Where(t => t.Value != 1)
            .ToDictionary(t => t.Key, t => t.Value), StringComparer.Ordinal);
        await ReplaceAsync(folder, TimesFile, times.Count == 0 ? null : JsonSerializer.SerializeToUtf8Bytes(times, Indented), ct);
        await ReplaceAsync(folder, FunnelFile, FunnelBytes(funnel), ct);
        await ReplaceAsync(folder, DatasetFiles.Info, DatasetInfoEntry.ToJson(entries), ct);

        IEnumerable<Row> Of(RowSplit split) => kept.Where(row => row.Split == split);
        int Times(Row row) => row.Split == RowSplit.Train ? options.Times.GetValueOrDefault(row.Hash, 1) : 1;
    }

    /// <summary>The name of a dataset by its content: equal for equal rows, whatever it cost to make them.</summary>
    /// <param name="files">File name to hash of its bytes.</param>
    public static string KeyOf(IReadOnlyDictionary<string, string> files) => CacheKey.Of(
        [.. files.Where(file => file.Key != FunnelFile).OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => file.Key + "=" + file.Value)]);

    /// <summary>Every row of a folder, rejected ones included.</summary>
    /// <exception cref="InputException">There is no <see cref="RowsFile"/>, or a line of it cannot be read.</exception>
    public static IReadOnlyList<Row> ReadRows(string folder)
    {
        string path = Path.Combine(folder, RowsFile);
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name the folder of a dataset");
        List<Row> rows = new();
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                if (line.Length > 0) rows.Add(RowJson.Read<Row>(line));
            }
            catch (JsonException e)
            {
                throw new InputException($"{path}: line {rows.Count + 1}: is not a row: {e.Message}", e);
            }
        }
        return rows;
    }

    /// <summary>The funnel of a folder.</summary>
    /// <exception cref="InputException">It has none, or it cannot be read.</exception>
    public static Funnel ReadFunnel(string folder) => ReadJson<Funnel>(Path.Combine(folder, FunnelFile));

    /// <summary>What a folder was written with beside its rows, so that it can be written again with other rows.</summary>
    /// <exception cref="InputException">A file of it cannot be read.</exception>
    public static DatasetWriteOptions ReadOptions(string folder)
    {
        string exam = Path.Combine(folder, ExamFile), times = Path.Combine(folder, TimesFile);
        Dictionary<string, string> contexts = new(StringComparer.Ordinal);
        if (File.Exists(exam))
        {
            Dictionary<string, string> chunks = ReadRows(folder).Where(row => row.Split == RowSplit.Exam && row.Chunk.Length > 0)
                .DistinctBy(row => row.Hash).ToDictionary(row => row.Hash, row => row.Chunk);
            foreach (string line in File.ReadLines(exam).Where(line => line.Length > 0))
            {
                ExamItem item = RowJson.Read<ExamItem>(line);
                if (chunks.TryGetValue(item.Hash, out string? chunk)) contexts[chunk] = item.Context;
            }
        }
        return new DatasetWriteOptions
        {
            Contexts = contexts,
            Times = File.Exists(times) ? ReadJson<Dictionary<string, int>>(times) : new Dictionary<string, int>(),
        };
    }

    private static T ReadJson<T>(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name the folder of a dataset");
        try
        {
            return RowJson.Read<T>(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private static RowFormat FormatOf(RowKind kind) => kind == RowKind.Tools ? RowFormat.Sharegpt : RowFormat.Alpaca;

    private static ExamItem ExamOf(Row row, IReadOnlyDictionary<string, string> contexts)
    {
        SourceSpan? source = row.Sources.Count > 0 ? row.Sources[0] : null;
        return new ExamItem(row.Hash, row.Fact, row.Question, row.Answer,
            [row.Expected is { Length: > 0 } expected ? expected : row.Answer],
            contexts.GetValueOrDefault(row.Chunk, row.Evidence), source?.Document ?? "", source?.Page ?? 0, row.Section,
            RowColumns.Name(row.Type), row.Language, row.Type != RowType.Refusal);
    }

    // Counts by reason come from dictionaries, which keep no order of their own.
    private static byte[] FunnelBytes(Funnel funnel) => JsonSerializer.SerializeToUtf8Bytes(funnel with
    {
        CharactersLeftOut = Sorted(funnel.CharactersLeftOut),
        Facts = Sorted(funnel.Facts),
        Kept = Sorted(funnel.Kept),
        Rejected = Sorted(funnel.Rejected),
        Types = Sorted(funnel.Types),
        Languages = Sorted(funnel.Languages),
        Calls = Sorted(funnel.Calls),
        RepliesRejected = Sorted(funnel.RepliesRejected),
    }, Indented);

    private static SortedDictionary<string, T> Sorted<T>(IReadOnlyDictionary<string, T> counts) =>
        new(counts.ToDictionary(), StringComparer.Ordinal);

    private static async Task LinesAsync(string folder, string file, IEnumerable<Row> rows, bool always, Action<Stream, Row> write,
        CancellationToken ct)
    {
        using MemoryStream lines = new();
        foreach (Row row in rows) write(lines, row);
        await ReplaceAsync(folder, file, lines.Length > 0 || always ? lines.ToArray() : null, ct);
    }

    private static void WriteJson<T>(Stream output, T value, JsonSerializerOptions? json = null)
    {
        JsonSerializer.Serialize(output, value, json ?? Complete);
        output.WriteByte((byte)'\n');
    }

    private static async Task ReplaceAsync(string folder, string file, byte[]? content, CancellationToken ct)
    {
        string path = Path.Combine(folder, file), temporary = path + ".tmp";
        if (content is null)
        {
            File.Delete(path);
            return;
        }
        await File.WriteAllBytesAsync(temporary, content, ct);
        File.Move(temporary, path, overwrite: true);
    }
}
