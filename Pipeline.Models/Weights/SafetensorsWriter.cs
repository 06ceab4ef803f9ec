using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Pipeline.Models.Weights;

/// <summary>Writes safetensors files. A file appears under its name only once it is complete and on disk.</summary>
public static class SafetensorsWriter
{
    private const long ChunkBytes = 32 << 20;

    /// <summary>Writes one file, replacing any of that name.</summary>
    /// <param name="path">File to write; its folder must exist.</param>
    /// <param name="tensors">Tensors by name, on any device; converted and copied one at a time.</param>
    /// <param name="dtype">Element type of floating-point tensors in the file; null keeps each tensor's own.</param>
    /// <param name="metadata">Header pairs in addition to <c>format: pt</c>.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType? dtype = null,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide types first keeps every tensor aligned without padding; names make the order the same every time.
        (string Name, Tensor Tensor, ScalarType Type)[] ordered = tensors.Select(t =>
            (Name: t.Key, Tensor: t.Value, Type: StoredType(t.Value, dtype)))
            .OrderByDescending(t => SafetensorsTypes.BytesOf(t.Type)).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        string temporary = path + "." + Path.GetRandomFileName() + ".tmp";
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                WriteHeader(file, ordered, metadata);
                foreach ((_, Tensor tensor, ScalarType type) in ordered)
                    WriteData(file, tensor, type);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Writes the weights of a model folder: <c>model.safetensors</c>, or shards with an index when they are larger than
    /// <paramref name="maxShardBytes"/>. The index is written last.
    /// </summary>
    /// <param name="folder">Model folder; must exist.</param>
    /// <param name="tensors">Tensors by hub name, on any device.</param>
    /// <param name="dtype">Element type of floating-point tensors in the files; null keeps each tensor's own.</param>
    /// <param name="maxShardBytes">Maximum bytes of data in one file; 5 GB as on the hub.</param>
    /// <param name="written">Called for each tensor once it is in a file, for a caller that made it for this call.</param>
    public static void WriteCheckpoint(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, ScalarType? dtype = null,
        long maxShardBytes = 5_000_000_000, Action<Tensor>? written = null)
    {
        List<string> parts = new();
        Dictionary<string, int> partOf = new(StringComparer.Ordinal);
        List<KeyValuePair<string, Tensor>> pending = new();
        long total = 0, inPart = 0;
        try
        {
            // Tensors are requested one after the other, so a caller that computes them needs memory for one file only.
            foreach (KeyValuePair<string, Tensor> pair in tensors)
            {
                long bytes = pair.Value.NumberOfElements * SafetensorsTypes.BytesOf(StoredType(pair.Value, dtype));
                if (pending.Count > 0 && inPart + bytes > maxShardBytes)
                    WritePart();
                pending.Add(pair);
                inPart += bytes;
                total += bytes;
            }
            WritePart();
            Publish(folder, parts, partOf, total);
        }
        finally
        {
            // After success they are already gone, renamed to their final names.
            parts.ForEach(File.Delete);
        }

        void WritePart()
        {
            string part = Path.Combine(folder, $"part-{parts.Count + 1}.{Path.GetRandomFileName()}.tmp");
            Write(part, pending, dtype);
            foreach ((string name, Tensor tensor) in pending)
            {
                partOf.Add(name, parts.Count);
                written?.Invoke(tensor);
            }
            parts.Add(part);
            pending.Clear();
            inPart = 0;
        }
    }

    private static void Publish(string folder, List<string> parts, Dictionary<string, int> partOf, long total)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < parts.Count; i++)
        {
            string name = NameOf(i, parts.Count);
            File.Move(parts[i], Path.Combine(folder, name), overwrite: true);
            names.Add(name);
        }
        if (parts.Count > 1)
        {
            WriteIndex(folder, total, partOf.ToDictionary(p => p.Key, p => NameOf(p.Value, parts.Count)));
            names.Add(SafetensorsCheckpoint.IndexFile);
        }
        RemoveOthers(folder, names);
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string NameOf(int part, int count) =>
        count == 1 ? SafetensorsCheckpoint.SingleFile : $"model-{part + 1:D5}-of-{count:D5}.safetensors";

    private static void WriteIndex(string folder, long total, Dictionary<string, string> map)
    {
        string index = Path.Combine(folder, SafetensorsCheckpoint.IndexFile);
        string temporary = index + ".tmp";
        var content = new
        {
            metadata = new { total_size = total },
            weight_map = new SortedDictionary<string,
            string>(map, StringComparer.Ordinal)
        };
        File.WriteAllText(temporary, JsonSerializer.Serialize(content, Indented));
        File.Move(temporary, index, overwrite: true);
    }

    /// <summary>Removes previously written weights, which a reader could otherwise mistake for these.</summary>
    private static void RemoveOthers(string folder, HashSet<string> written)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "model*.safetensors*").ToArray())
        {
            string name = Path.GetFileName(file);
            bool weights = name is SafetensorsCheckpoint.SingleFile or SafetensorsCheckpoint.IndexFile
                || (name.StartsWith("model-", StringComparison.Ordinal) && name.EndsWith(".safetensors", StringComparison.Ordinal));
            if (weights && !written.Contains(name))
                File.Delete(file);
        }
    }

    private static ScalarType StoredType(Tensor tensor, ScalarType? dtype) =>
        dtype is { } wanted && is_floating_point(tensor) ? wanted : tensor.dtype;

    private static void WriteHeader(Stream file, (string Name, Tensor Tensor, ScalarType Type)[] tensors, IReadOnlyDictionary<string,
        string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor tensor, ScalarType type) in tensors)
            {
                long end = offset + tensor.NumberOfElements * SafetensorsTypes.BytesOf(type);
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(type));
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        int padding = (8 - buffer.WrittenCount % 8) % 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, buffer.WrittenCount + padding);
        file.Write(length);
        file.Write(buffer.WrittenSpan);
        file.Write("       "u8[..padding]);
    }

    private static void WriteData(Stream file, Tensor tensor, ScalarType type)
    {
        if (tensor.NumberOfElements == 0)
            return;
        using IDisposable noGrad = no_grad();
        using Tensor contiguous = tensor.detach().contiguous();
        using Tensor flat = contiguous.view(-1);
        long step = ChunkBytes / SafetensorsTypes.BytesOf(type);
        for (long start = 0; start < flat.shape[0]; start += step)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(step, flat.shape[0] - start));
            using Tensor converted = part.to(type, CPU);
            file.Write(converted.bytes);
        }
    }
}
