using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Pipeline.Models.Training.Optimization.AdamW;

namespace Pipeline.Tools.Starter.Training;

/// <summary>
/// Trains every parameter of a small model for a given time: AdamW, warm-up and cosine over the time, clipping, a log line
/// every few steps, and a checkpoint every few minutes from which a killed run continues.
/// </summary>
/// <param name="parameters">All parameters by their hub names.</param>
/// <param name="options">Rates and times.</param>
/// <param name="workFolder">Checkpoint and log go here.</param>
internal sealed class FullTrainer(
    IReadOnlyList<(string Name, Parameter Parameter)> parameters, FullTrainingOptions options, string workFolder)
{
    private IEnumerable<KeyValuePair<string, Tensor>> NamedWeights =>
        parameters.Select(p => new KeyValuePair<string, Tensor>(p.Name, p.Parameter));

    private string WeightsPath => Path.Combine(workFolder, "weights.safetensors");

    private string MomentsPath => Path.Combine(workFolder, "moments.safetensors");

    private string ManifestPath => Path.Combine(workFolder, "checkpoint.json");

    /// <summary>Runs until the time is used up or the token is cancelled; either way the last state is saved.</summary>
    /// <param name="lossOfBatch">Mean loss of the batch of a step (0, 1, …) and how many targets it has. The graph is freed here.</param>
    /// <param name="resume">Continues from the checkpoint in the work folder when there is one.</param>
    /// <param name="log">Receives one line every few steps.</param>
    /// <param name="stopping">Ends the training early.</param>
    public FullTrainingResult Run(
        Func<int, (Tensor Loss, long Targets)> lossOfBatch, bool resume, Action<string> log, CancellationToken stopping)
    {
        Directory.CreateDirectory(workFolder);
        using AdamW optimizer = new(NamedWeights, new TrainingArguments { WeightDecay = options.WeightDecay, AdamBeta2 = 0.95 });
        Progress progress = resume && File.Exists(ManifestPath) ? Restore(optimizer) : new Progress(0, 0, 0, 0);
        Stopwatch stopwatch = Stopwatch.StartNew();
        double before = progress.Seconds, lastSave = 0, smooth = 0;
        using StreamWriter logFile = new(Path.Combine(workFolder, "log.jsonl"), append: progress.Step > 0) { AutoFlush = true };
        while (before + stopwatch.Elapsed.TotalSeconds < options.Seconds && !stopping.IsCancellationRequested)
        {
            double rate = options.RateAt((before + stopwatch.Elapsed.TotalSeconds) / options.Seconds);
            (double loss, long targets, double norm) = CollectionPause.Run(() => Step(lossOfBatch, optimizer, progress.Step, rate));
            smooth = smooth == 0 ? loss : 0.95 * smooth + 0.05 * loss;
            progress = new Progress(progress.Step + 1, progress.Targets + targets, before + stopwatch.Elapsed.TotalSeconds, loss);
            if (progress.Step % options.LogEverySteps == 0)
            {
                string line = JsonSerializer.Serialize(new
                {
                    step = progress.Step,
                    loss = Math.Round(smooth, 4),
                    grad_norm = Math.Round(norm, 3),
                    learning_rate = rate,
                    targets = progress.Targets,
                    seconds = Math.Round(progress.Seconds, 1),
                });
                logFile.WriteLine(line);
                log(string.Create(CultureInfo.InvariantCulture,
                    $"step {progress.Step}  loss {smooth:F3}  {progress.Targets / progress.Seconds:F0} targets/s  "
                    + $"{progress.Seconds / 60:F1} of {options.Seconds / 60:F0} min"));
            }
            if (stopwatch.Elapsed.TotalSeconds - lastSave > options.SecondsBetweenCheckpoints)
            {
                Save(optimizer, progress);
                lastSave = stopwatch.Elapsed.TotalSeconds;
            }
        }
        Save(optimizer, progress);
        return new FullTrainingResult(progress.Step, progress.Targets, progress.Seconds, smooth);
    }

    private (double Loss, long Targets, double Norm) Step(
        Func<int, (Tensor Loss, long Targets)> lossOfBatch, AdamW optimizer, int step, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor loss, long targets) = lossOfBatch(step);
        loss.backward();
        double norm = optimizer.GradientNorm();
        optimizer.Step(rate, Math.Min(1, options.MaxGradientNorm / (norm + 1e-6)));
        return (loss.item<float>(), targets, norm);
    }

    private void Save(AdamW optimizer, Progress progress)
    {
        // The manifest comes last: after a kill between the files, the former manifest remains and the files are only ahead of its step.
        SafetensorsWriter.Write(WeightsPath, NamedWeights);
        SafetensorsWriter.Write(MomentsPath, optimizer.State);
        string temporary = ManifestPath + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(progress));
        File.Move(temporary, ManifestPath, overwrite: true);
    }

    private Progress Restore(AdamW optimizer)
    {
        using IDisposable noGrad = no_grad();
        using (SafetensorsCheckpoint weights = SafetensorsCheckpoint.OpenFile(WeightsPath))
            WeightLoader.Load(NamedWeights, weights);
        using (SafetensorsCheckpoint moments = SafetensorsCheckpoint.OpenFile(MomentsPath))
            WeightLoader.Load(optimizer.State, moments);
        Progress progress = JsonSerializer.Deserialize<Progress>(File.ReadAllText(ManifestPath))!;
        optimizer.Steps = progress.Step;
        return progress;
    }

    private sealed record Progress(int Step, long Targets, double Seconds, double Loss);
}
