using Pipeline.Models.Families;
using Pipeline.Models.Weights;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>An adapter on disk as PEFT lays it out: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
public static class AdapterFolder
{
    internal const string WeightsFile = "adapter_model.safetensors";

    /// <summary>Writes configuration and weights; the weights go last, so a folder with weights is complete.</summary>
    /// <param name="folder">Created when it does not exist.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">Name or path of the base model, for <c>base_model_name_or_path</c>.</param>
    public static void Save(string folder, LoraAdapter adapter, string baseModel = "")
    {
        ArgumentNullException.ThrowIfNull(adapter);
        Directory.CreateDirectory(folder);
        // Programs other than PEFT read only lists of names, so `all` is written out.
        LoraConfig config = adapter.Config.TargetModules.Contains(TargetModules.All)
            ? adapter.Config with { TargetModules = adapter.TargetNames } : adapter.Config;
        AdapterConfigFile.Write(folder, config, baseModel);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), adapter.NamedTensors());
    }

    /// <summary>The configuration of an adapter, without its weights.</summary>
    /// <exception cref="InputException">The folder holds no adapter, or one that this version does not compute.</exception>
    public static LoraConfig ReadConfig(string folder) => AdapterConfigFile.Read(folder);

    /// <summary>Loads an adapter for a model, in the model's type, for inference. It is not attached yet.</summary>
    /// <exception cref="InputException">No adapter, one that is not computed, or weights that do not fit the model.</exception>
    public static LoraAdapter Load(string folder, DecoderModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(folder, model, model.DType, model.Device);
    }

    /// <summary>Loads an adapter to train it further: weights in float32, with gradients, attached; the base is frozen.</summary>
    /// <inheritdoc cref="Load(string, DecoderModel)" path="/exception"/>
    public static LoraAdapter LoadTrainable(string folder, DecoderModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        LoraAdapter adapter = Load(folder, model, ScalarType.Float32, model.Device);
        LoraInjector.Freeze(model);
        LoraInjector.MakeTrainable(adapter);
        adapter.Attach();
        return adapter;
    }

    /// <summary>The weights in float32 on the CPU, whatever the device of the model (which may be <c>meta</c>).</summary>
    internal static LoraAdapter LoadForMerging(string folder, DecoderModel model) => Load(folder, model, ScalarType.Float32, CPU);

    private static LoraAdapter Load(string folder, DecoderModel model, ScalarType dtype, Device device)
    {
        LoraConfig config = ReadConfig(folder);
        string file = Path.Combine(folder, WeightsFile);
        if (!File.Exists(file))
            throw new InputException(
                $"{folder}: no {WeightsFile}; the adapter is incomplete (adapter_model.bin is not read: save it as safetensors)");
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.OpenFile(file);
        using IDisposable noGrad = no_grad();
        LoraAdapter adapter = LoraInjector.Create(model, config, dtype,
            (layer, rank) => new LoraWeights(empty(rank, layer.InFeatures), empty(layer.OutFeatures, rank), config.UseDora
            ? empty(layer.OutFeatures) : null), device);
        try
        {
            WeightLoader.Load(adapter.NamedTensors(), weights, PeftNames.Normal);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }
}
