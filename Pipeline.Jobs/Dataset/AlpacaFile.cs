using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Models.Datasets;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// Writes a dataset folder as LLaMA-Factory reads it: JSON Lines in alpaca columns, <c>dataset_info.json</c>, and beside
/// each file its provenance, line by line, which LLaMA-Factory ignores.
/// </summary>
internal static class AlpacaFile
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteFolderAsync(
        string folder, IReadOnlyList<SourcedExample> train, IReadOnlyList<SourcedExample> eval, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        await WriteAsync(folder, DatasetFiles.TrainFile, train, ct);
        await WriteAsync(folder, DatasetFiles.EvalFile, eval, ct);
        await ReplaceAsync(Path.Combine(folder, DatasetFiles.Info), Info(train.Concat(eval)), ct); // last: the folder is complete
    }

    private static async Task WriteAsync(string folder, string file, IReadOnlyList<SourcedExample> examples, CancellationToken ct)
    {
        using MemoryStream rows = new();
        using MemoryStream sources = new();
        foreach (SourcedExample example in examples)
        {
            WriteRow(rows, example.Example);
            rows.WriteByte((byte)'\n');
            if (example.Source is null)
                continue;
            JsonSerializer.Serialize(sources, example.Source, SnakeCase);
            sources.WriteByte((byte)'\n');
        }
        await ReplaceAsync(Path.Combine(folder, file), rows.ToArray(), ct);
        if (examples.Any(e => e.Source is not null))
            await ReplaceAsync(Path.Combine(folder, Path.ChangeExtension(file, ".provenance.jsonl")), sources.ToArray(), ct);
    }

    private static void WriteRow(Stream output, InstructionExample example)
    {
        using Utf8JsonWriter writer = new(output, Readable);
        writer.WriteStartObject();
        writer.WriteString("instruction", example.Instruction);
        writer.WriteString("input", example.Input);
        writer.WriteString("output", example.Output);
        if (example.System is not null)
            writer.WriteString("system", example.System);
        if (example.History.Count > 0)
        {
            writer.WriteStartArray("history");
            foreach ((string prompt, string response) in example.History)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(prompt);
                writer.WriteStringValue(response);
                writer.WriteEndArray();
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>LLaMA-Factory's names of the columns; <c>system</c> and <c>history</c> only if some row has them.</summary>
    private static byte[] Info(IEnumerable<SourcedExample> examples)
    {
        Dictionary<string, string> columns = new() { ["prompt"] = "instruction", ["query"] = "input", ["response"] = "output" };
        List<SourcedExample> all = examples.ToList();
        if (all.Exists(e => e.Example.System is not null))
            columns["system"] = "system";
        if (all.Exists(e => e.Example.History.Count > 0))
            columns["history"] = "history";
        Dictionary<string, object> info = new()
        {
            [DatasetFiles.Train] = new { file_name = DatasetFiles.TrainFile, columns },
            [DatasetFiles.Eval] = new { file_name = DatasetFiles.EvalFile, columns },
        };
        string json = JsonSerializer.Serialize(info, new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" });
        return Encoding.UTF8.GetBytes(json + "\n");
    }

    private static async Task ReplaceAsync(string path, byte[] content, CancellationToken ct)
    {
        string temporary = path + ".tmp";
        await File.WriteAllBytesAsync(temporary, content, ct);
        File.Move(temporary, path, overwrite: true);
    }
}
