using System.Text.Json;
using static TorchSharp.torch;

namespace Pipeline.Models.Weights;

/// <summary>
/// The weights of a model folder as the hub lays them out: <c>model.safetensors</c>, or shards named by
/// <c>model.safetensors.index.json</c>. Files are opened when first needed.
/// </summary>
public sealed class SafetensorsCheckpoint : IDisposable
{
    internal const string SingleFile = "model.safetensors";
    internal const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsReader> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsReader> _byName = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint(string source) => Source = source;

    /// <summary>The folder or file, for messages.</summary>
    public string Source { get; }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Opens a model folder.</summary>
    /// <exception cref="InputException">The folder, its weights or one of its shards is missing or damaged.</exception>
    public static SafetensorsCheckpoint Open(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
            throw new InputException(ModelFolder.FindFault(folder) + ".");
        if (File.Exists(Path.Combine(folder, SingleFile)))
            return OpenFile(Path.Combine(folder, SingleFile));
        string index = Path.Combine(folder, IndexFile);
        if (!File.Exists(index))
            throw new InputException(
                $"{folder}: neither {SingleFile} nor {IndexFile} is there; fetch the model with `./pipeline pull MODEL_ID`.");
        SafetensorsCheckpoint checkpoint = new(folder);
        try
        {
            checkpoint.AddShards(folder, index);
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Opens one file, for example an adapter's.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static SafetensorsCheckpoint OpenFile(string file)
    {
        SafetensorsReader reader = SafetensorsReader.Open(file);
        SafetensorsCheckpoint checkpoint = new(Path.GetFullPath(file));
        checkpoint._readers.Add(file, reader);
        foreach (string name in reader.Entries.Keys)
            checkpoint._byName.Add(name, reader);
        return checkpoint;
    }

    /// <summary>What the header says about a tensor.</summary>
    /// <exception cref="InputException">There is no tensor of that name.</exception>
    public TensorEntry Describe(string name) => Reader(name).Entry(name);

    /// <inheritdoc cref="SafetensorsReader.Map"/>
    public Tensor Map(string name) => Reader(name).Map(name);

    /// <inheritdoc cref="SafetensorsReader.CopyTo"/>
    public void CopyTo(string name, Tensor target) => Reader(name).CopyTo(name, target);

    /// <inheritdoc cref="SafetensorsReader.Lend"/>
    internal void Lend(string name, Action<Tensor> use) => Reader(name).Lend(name, use);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsReader reader in _readers.Values)
            reader.Dispose();
    }

    private SafetensorsReader Reader(string name) =>
        _byName.TryGetValue(name, out SafetensorsReader? reader) ? reader : throw new InputException($"{Source}: no tensor named {name}.");

    private void AddShards(string folder, string index)
    {
        foreach ((string name, string shard) in ReadIndex(index))
        {
            if (!_readers.TryGetValue(shard, out SafetensorsReader? reader))
            {
                if (Path.GetFileName(shard) != shard)
                    throw new InputException($"{index}: shard '{shard}' is no plain file name.");
                reader = SafetensorsReader.Open(Path.Combine(folder, shard));
                _readers.Add(shard, reader);
            }
            if (!reader.Entries.ContainsKey(name))
                throw new InputException($"{index}: {name} is not in {shard}, where the index says it is; download the model again.");
            _byName.Add(name, reader);
        }
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(index));
            return document.RootElement.GetProperty("weight_map").EnumerateObject()
                .ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException($"{index}: no readable weight_map ({e.Message}); download the model again.", e);
        }
    }
}
