using System.Diagnostics;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Pass;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tools.Benchmarks;

/// <summary>Measures training steps as <see cref="LoraTrainer"/> runs them, against the matrix-product peak of the same machine.</summary>
internal static class TrainingBenchmark
{
    private const int PeakSize = 1024;
    private const int RetainedLength = 64; // tokens, about a paragraph
    private const double LearningRate = 1e-4;

    /// <summary>Trains a randomly initialised model for a few steps.</summary>
    /// <param name="options">Model, adapter and method.</param>
    /// <param name="batches">Micro-batches, taken in turn.</param>
    /// <param name="stopping">Ends the measurement before the next step.</param>
    public static TrainingMeasurement Measure(
        TrainingBenchmarkOptions options, IReadOnlyList<IReadOnlyList<TokenizedExample>> batches, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(batches);
        using DecoderModel decoder = new(options.Model, options.DType, options.Device, options.QuantizationBits);
        using (Generator generator = new(1, options.Device))
            decoder.InitializeWeights(generator);
        double peak = PeakFlops(options.DType, options.Device);
        Timed ours = MeasureOurs(options, decoder, batches, stopping);
        peak = Math.Max(peak, PeakFlops(options.DType, options.Device));
        double memory = PeakMemoryMiB(), trainable = options.Lora.CountTrainable(options.Model);
        double flops = Flops(options.Model, trainable, ours.Tokens, ours.Targets) / ours.Seconds;
        ReferenceMeasurement? reference = null;
        if (options.Reference is { } way)
        {
            Timed usual = MeasureReference(options, way, decoder, batches, stopping);
            reference = new ReferenceMeasurement(usual.Tokens / usual.Seconds, usual.Examples / usual.Seconds, usual.FirstLoss,
                PeakMemoryMiB());
        }
        return new TrainingMeasurement(ours.Tokens / ours.Seconds, ours.Examples / ours.Seconds, ours.MedianSeconds, memory,
            flops / 1e9, peak / 1e9, ours.FirstLoss, options.Model.CountParameters(), (long)trainable, reference);
    }

    private static Timed MeasureOurs(
        TrainingBenchmarkOptions options, DecoderModel decoder, IReadOnlyList<IReadOnlyList<TokenizedExample>> batches,
        CancellationToken stopping)
    {
        using LoraAdapter adapter = LoraInjector.Inject(decoder, options.Lora, seed: 1);
        TrainingArguments arguments = new();
        using AdamW optimizer = new(adapter.NamedTensors(), arguments);
        using TrainingPass pass = new(decoder, options.Checkpointing);
        TrainingStep step = new(pass, optimizer, arguments.MaxGradNorm, (number, _) =>
            new StepNoise(new DropoutMask(options.Lora.Dropout, number), 0, 0));
        return Time(options, batches, (number, micro) =>
            step.Run([.. micro.Select(batch => new MicroBatch([], batch)), .. Retained(options, micro)], number, LearningRate, stopping)
                .Loss);
    }

    // Made-up general text beside a step's examples.
    private static IEnumerable<MicroBatch> Retained(TrainingBenchmarkOptions options,
        IReadOnlyList<IReadOnlyList<TokenizedExample>> micro)
    {
        Random random = new(2);
        int left = (int)(options.RetentionShare * micro.Sum(batch => batch.Sum(e => e.InputIds.Length)));
        for (; left > 0; left -= RetainedLength)
        {
            int[] ids = [.. Enumerable.Range(0, Math.Min(left, RetainedLength)).Select(_ => random.Next(options.Model.VocabSize))];
            yield return new MicroBatch([], []) { Retained = [new TokenizedExample(ids, ids)] };
        }
    }

    private static Timed MeasureReference(
        TrainingBenchmarkOptions options, TrainingReference way, DecoderModel decoder,
        IReadOnlyList<IReadOnlyList<TokenizedExample>> batches, CancellationToken stopping)
    {
        using LoraAdapter adapter = LoraInjector.Inject(decoder, options.Lora, seed: 1);
        TrainingArguments arguments = new();
        using AdamW optimizer = new(adapter.NamedTensors(), arguments);
        PeftReference step = new(decoder, optimizer, arguments.MaxGradNorm, way == TrainingReference.Autocast);
        return Time(options, batches, (_, micro) =>
        {
            stopping.ThrowIfCancellationRequested();
            return step.Run(micro, LearningRate).Loss;
        });
    }

    private static Timed Time(TrainingBenchmarkOptions options, IReadOnlyList<IReadOnlyList<TokenizedExample>> batches,
        Func<int, IReadOnlyList<IReadOnlyList<TokenizedExample>>, double> run)
    {
        List<double> seconds = new();
        long tokens = 0, targets = 0, examples = 0;
        double first = 0;
        for (int i = 0; i <= options.Steps; i++)
        {
            IReadOnlyList<TokenizedExample>[] micro = [.. Enumerable.Range(i * options.Accumulation, options.Accumulation)
                .Select(n => batches[n % batches.Count])];
            long started = Stopwatch.GetTimestamp();
            double loss = run(i, micro);
            if (i == 0)
            {
                first = loss;
                continue; // warms up allocations and kernels
            }
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            tokens += micro.Sum(batch => batch.Sum(e => (long)e.InputIds.Length));
            targets += micro.Sum(batch => batch.Sum(TrainingBatch.CountTargets));
            examples += micro.Sum(batch => batch.Count);
        }
        return new Timed(seconds.Sum(), seconds.Order().ElementAt(seconds.Count / 2), tokens, targets, examples, first);
    }

    // Forward and the gradient of the activations through the frozen weights (4 per weight and token), plus the adapter's own
    // gradients (6); the head is computed only for targets. Attention and recomputation do not count.
    private static double Flops(DecoderConfig model, double adapter, long tokens, long targets)
    {
        double linears = model.ProjectionShapes().Sum(p => (double)p.InFeatures * p.OutFeatures);
        double head = (double)model.VocabSize * model.HiddenSize;
        return (4 * linears + 6.0 * adapter) * tokens + 4 * head * targets;
    }

    // The faster of libtorch's own products and ours.
    private static double PeakFlops(ScalarType dtype, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using PassBuffers buffers = new(dtype, device);
        Tensor a = randn(PeakSize, PeakSize, dtype: dtype, device: device), b = randn(PeakSize, PeakSize, dtype: dtype, device: device);
        Tensor product = empty_like(a);
        double best = double.MaxValue;
        foreach (IPassProducts products in (IPassProducts[])[new TorchProducts(buffers), TorchProducts.FastestFor(dtype, device, buffers)])
        {
            for (int i = 0; i < 30; i++)
            {
                long started = Stopwatch.GetTimestamp();
                products.Into(product, 0, a, b);
                using Tensor first = product[0, 0].to(ScalarType.Float32);
                _ = first.item<float>(); // waits for the device
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }
        return 2.0 * PeakSize * PeakSize * PeakSize / best;
    }

    private static double PeakMemoryMiB()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (1024.0 * 1024);
    }

    private sealed record Timed(double Seconds, double MedianSeconds, long Tokens, long Targets, long Examples, double FirstLoss);
}
