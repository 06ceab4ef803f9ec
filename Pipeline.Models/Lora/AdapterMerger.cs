using Pipeline.Models.Families;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>Adds an adapter's update into the weights of its base model: a checkpoint that needs no adapter.</summary>
public static class AdapterMerger
{
    /// <summary>Writes a model folder in hub layout, in the element types of the base.</summary>
    /// <param name="modelFolder">Base model.</param>
    /// <param name="adapterFolder">Adapter in PEFT's layout.</param>
    /// <param name="outputFolder">New or empty folder.</param>
    /// <returns>Number of linear layers that changed.</returns>
    /// <exception cref="InputException">A folder is missing, the output is not empty, or the adapter does not fit the model.</exception>
    public static int Merge(string modelFolder, string adapterFolder, string outputFolder)
    {
        if (Directory.Exists(outputFolder) && Directory.EnumerateFileSystemEntries(outputFolder).Any())
            throw new InputException($"{outputFolder}: is not empty; give a new folder for the merged model");
        DecoderConfig config = DecoderConfig.Load(modelFolder);
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.Open(modelFolder);
        using IDisposable noGrad = no_grad();
        // On the meta device the model costs no memory; it only says which layers there are.
        using DecoderModel shape = new(config, ScalarType.Float32, new Device(DeviceType.META));
        using LoraAdapter adapter = AdapterFolder.LoadForMerging(adapterFolder, shape);
        Dictionary<string, LoraLinear> updates = adapter.Parts.ToDictionary(p => p.Name + ".weight", StringComparer.Ordinal);
        if (updates.Keys.FirstOrDefault(name => !weights.Names.Contains(name)) is { } missing)
            throw new InputException($"{modelFolder}: no tensor named {missing}, which the adapter changes; it belongs to another model");

        Directory.CreateDirectory(outputFolder);
        foreach (string file in Directory.EnumerateFiles(modelFolder).Where(IsDescription))
            File.Copy(file, Path.Combine(outputFolder, Path.GetFileName(file)));
        using DisposeScope scope = NewDisposeScope();       // for what a failure leaves behind
        // Only one file's tensors exist at a time: each is created when the writer asks for it and freed once it is on disk.
        SafetensorsWriter.WriteCheckpoint(outputFolder, weights.Names.Order(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create(name, Merged(weights.Map(name), updates.GetValueOrDefault(name)))), written: tensor =>
                tensor.Dispose());
        return updates.Count;
    }

    private static Tensor Merged(Tensor weight, LoraLinear? delta)
    {
        if (delta is null)
            return weight;
        using (weight)
            return delta.Merge(weight);
    }

    // Configuration, tokenizer, licence: everything in the folder but its weights.
    private static bool IsDescription(string file) =>
        !file.EndsWith(".safetensors", StringComparison.Ordinal) && !file.EndsWith(".safetensors.index.json", StringComparison.Ordinal)
        && !file.EndsWith(".bin", StringComparison.Ordinal);
}
