using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using static TorchSharp.torch;

namespace Pipeline.Tools.Benchmarks;

/// <summary>What a training benchmark trains, and how.</summary>
internal sealed record TrainingBenchmarkOptions
{
    /// <summary>Shape of the base model, whose weights are random.</summary>
    public required DecoderConfig Model { get; init; }

    /// <summary>Shape of the adapter.</summary>
    public required LoraConfig Lora { get; init; }

    /// <summary>Type of base weights and computation.</summary>
    public required ScalarType DType { get; init; }

    /// <summary>Where.</summary>
    public required Device Device { get; init; }

    /// <summary>Micro-batches of a step.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Steps to measure, after a warm-up step.</summary>
    public int Steps { get; init; } = 8;

    /// <summary>Recomputes activations in the backward pass.</summary>
    public bool Checkpointing { get; init; }

    /// <summary>Bits in which the frozen layers are stored; null when not quantized.</summary>
    public int? QuantizationBits { get; init; }

    /// <summary>Tokens of general text, held to the base's predictions, per taught token; 0 for none.</summary>
    public double RetentionShare { get; init; }

    /// <summary>What else to measure; null for nothing.</summary>
    public TrainingReference? Reference { get; init; }
}

/// <summary>Ways to compute the same steps with the operators of transformers and PEFT.</summary>
internal enum TrainingReference
{
    /// <summary>As PEFT does by default: adapters are float32 and computed in float32.</summary>
    Peft,

    /// <summary>As transformers' Trainer does with <c>bf16: true</c>: autocast computes the adapters in the type of the base.</summary>
    Autocast,
}
