using Pipeline.Models.Families;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>What an adapter folder holds, measured against its base model.</summary>
/// <param name="Config">Rank, targets and scaling.</param>
/// <param name="Parameters">Weights of the adapter.</param>
/// <param name="AllParameters">Those and the base model's.</param>
public sealed record AdapterFacts(LoraConfig Config, long Parameters, long AllParameters)
{
    /// <summary>
    /// Loads an adapter as inference would, without the weights of its base: names and shapes must fit, values must be numbers.
    /// </summary>
    /// <param name="adapterFolder">Adapter in PEFT's layout.</param>
    /// <param name="modelFolder">Base model.</param>
    /// <exception cref="InputException">
    /// A file is missing or damaged, or the adapter does not fit the model; the message names it.
    /// </exception>
    public static AdapterFacts Read(string adapterFolder, string modelFolder)
    {
        DecoderConfig config = DecoderConfig.Load(modelFolder);
        using IDisposable noGrad = no_grad();
        using DecoderModel shape = new(config, ScalarType.Float32, new Device(TorchSharp.DeviceType.META));
        using LoraAdapter adapter = AdapterFolder.LoadForMerging(adapterFolder, shape);
        foreach ((string name, Tensor weight) in adapter.NamedTensors())
        {
            using Tensor sum = weight.sum(ScalarType.Float64);
            if (!double.IsFinite(sum.item<double>()))
                throw new InputException($"{adapterFolder}: {name} holds values that are no numbers; the training diverged");
        }
        return new AdapterFacts(adapter.Config, adapter.ParameterCount, config.CountParameters() + adapter.ParameterCount);
    }
}
