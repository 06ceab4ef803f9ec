using System.Diagnostics;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Pass;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training;

/// <summary>Measures training steps as <see cref="LoraTrainer"/> makes them, against the matrix-product peak of the same machine.</summary>
public static class TrainingBenchmark
{
    private const int PeakSize = 1024;

    /// <summary>Trains a randomly initialised model for a few steps.</summary>
    /// <param name="model">Shape of the base model.</param>
    /// <param name="lora">Shape of the adapter.</param>
    /// <param name="batches">Micro-batches, taken in turn; one is a step.</param>
    /// <param name="dtype">Type of base weights and computation.</param>
    /// <param name="device">Where.</param>
    /// <param name="steps">Steps to measure; one more before them is not.</param>
    /// <param name="stopping">Ends the measurement before the next step.</param>
    public static TrainingMeasurement Measure(DecoderConfig model, LoraConfig lora, IReadOnlyList<IReadOnlyList<TokenizedExample>> batches,
        ScalarType dtype, Device device, int steps, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using var decoder = new DecoderModel(model, dtype, device);
        using (var generator = new Generator(1, device))
            decoder.InitializeWeights(generator);
        using LoraAdapter adapter = LoraInjector.Inject(decoder, lora, seed: 1);
        var arguments = new TrainingArguments();
        using var optimizer = new AdamW(adapter.NamedTensors(), arguments);
        using var pass = new TrainingPass(decoder);
        var step = new TrainingStep(pass, optimizer, arguments.MaxGradNorm, lora.Dropout, new RandomState(1));
        double peak = PeakFlops(dtype, device);

        var seconds = new List<double>();
        long tokens = 0, examples = 0;
        double flops = 0;
        for (int i = 0; i <= steps; i++)
        {
            IReadOnlyList<TokenizedExample> batch = batches[i % batches.Count];
            long started = Stopwatch.GetTimestamp();
            StepResult result = step.Run([new MicroBatch([], batch)], i, 1e-4, stopping);
            if (i == 0)
                continue; // warms up allocations and kernels
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            tokens += result.Tokens;
            examples += batch.Count;
            flops += Flops(model, adapter.ParameterCount, result);
        }
        double total = seconds.Sum();
        return new TrainingMeasurement(tokens / total, examples / total, seconds.Order().ElementAt(seconds.Count / 2), PeakMemoryMiB(),
            flops / total / 1e9, peak / 1e9, model.CountParameters(), adapter.ParameterCount);
    }

    // Forward and the gradient of the activations through the frozen weights (4 per weight and token), and the adapter's
    // own gradients besides (6); the head is computed for targets alone.
    private static double Flops(DecoderConfig model, long adapter, StepResult result)
    {
        double linears = model.ProjectionShapes().Sum(p => (double)p.InFeatures * p.OutFeatures);
        double head = (double)model.VocabSize * model.HiddenSize;
        return (4 * linears + 6.0 * adapter) * result.Tokens + 4 * head * result.TargetTokens;
    }

    private static double PeakFlops(ScalarType dtype, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor a = randn(PeakSize, PeakSize, dtype: dtype, device: device), b = randn(PeakSize, PeakSize, dtype: dtype, device: device);
        double best = double.MaxValue;
        for (int i = 0; i < 8; i++)
        {
            long started = Stopwatch.GetTimestamp();
            using Tensor product = a.matmul(b);
            using Tensor first = product[0, 0].to(ScalarType.Float32);
            _ = first.item<float>(); // waits for the device
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return 2.0 * PeakSize * PeakSize * PeakSize / best;
    }

    private static double PeakMemoryMiB()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1024.0 * 1024);
    }
}
