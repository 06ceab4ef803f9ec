using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Statistics;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using Pipeline.Models.Training;
using Pipeline.Models.Training.Configuration;
using static TorchSharp.torch;

namespace Pipeline.Tools.Benchmarks;

/// <summary>Teaches planted facts, examines them in wordings never trained, and measures what of the base's knowledge is left.</summary>
internal static class TeachingBenchmark
{
    private const int BatchSize = 16, LongestReply = 32;
    private const string Dataset = "planted.jsonl";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int MostEpochs = 30;

    private static readonly TrainingArguments Settings = new()
    {
        LoraRank = 16,
        LoraAlpha = 32,
        LrSchedulerType = "cosine",
        CutoffLen = 256,
        SaveStrategy = "no",
        Retention = "kl",
        Bf16 = true,
    };

    /// <summary>Wordings of a fact that suit a model: one without words of its own needs many.</summary>
    public static int WordingsFor(string modelFolder) => ModelSize.Of(modelFolder) is { IsTiny: true } ? 12 : 3;

    /// <summary>Trains one adapter and measures it beside its base.</summary>
    /// <param name="modelFolder">Base model.</param>
    /// <param name="lesson">Facts.</param>
    /// <param name="folder">Empty folder for dataset and adapter.</param>
    /// <param name="seed">Of the training.</param>
    /// <param name="known">General knowledge of the base from an earlier measurement, not to be measured again; null for none.</param>
    /// <param name="words">Keys of the training that differ, as <c>train</c> takes them.</param>
    /// <param name="observer">Notified of every step; may be null.</param>
    /// <param name="stopping">Ends it.</param>
    /// <exception cref="InputException">Model or keys cannot be used.</exception>
    public static TeachingMeasurement Measure(string modelFolder, PlantedLesson lesson, string folder, int seed,
        GeneralResult? known, IReadOnlyList<string> words, ITrainingObserver? observer, CancellationToken stopping)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, Dataset), lesson.Taught.Select(example => JsonSerializer.Serialize(
            new { instruction = example.Instruction, output = example.Output }, Readable)));
        File.WriteAllLines(Path.Combine(folder, "exam.jsonl"), lesson.Asked.Select(item => JsonSerializer.Serialize(
            new { instruction = item.Question, output = item.Answer }, Readable)));
        TrainingArguments arguments = TrainingArguments.FromWords([.. Suited(modelFolder, lesson.Taught.Count), .. words,
            "--model_name_or_path", modelFolder, "--dataset", Dataset, "--dataset_dir", folder, "--output_dir",
            Path.Combine(folder, "adapter"), "--overwrite_output_dir", "--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        TimeSpan used = Environment.CpuUsage.TotalTime;
        TrainingResult trained = LoraTrainer.Train(arguments, observer, stopping);
        used = Environment.CpuUsage.TotalTime - used;

        using LanguageModel model = LanguageModel.Load(modelFolder, new ModelLoadOptions
        {
            Device = arguments.Device,
            DType = arguments.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32,
            QuantizationBits = arguments.QuantizationBit,
        });
        ChatTemplate template = TemplateRule.Choose(model, arguments.Template, arguments.OutputDir, arguments.DefaultSystem).Template;
        Side before = Examine(model, template, lesson, known, stopping);
        using LoraAdapter adapter = AdapterFolder.Load(arguments.OutputDir, model.Decoder);
        adapter.Attach();
        Side after = Examine(model, template, lesson, null, stopping);
        WriteReplies(folder, lesson, before, after);
        return new TeachingMeasurement
        {
            Facts = lesson.Facts,
            Asked = lesson.Asked.Count,
            BaseRight = before.Right,
            AdapterRight = after.Right,
            Difference = PairedDifference.Of(lesson.Asked.Select((item, i) => new PairedOutcome(item.Place,
                GeneralKnowledge.Holds(before.Replies[i], item.Answer), GeneralKnowledge.Holds(after.Replies[i], item.Answer)))),
            Base = before.General,
            Adapter = after.General,
            Training = trained,
            CpuSeconds = used.TotalSeconds,
        };
    }

    // What the measurements in docs/training.md support for models of this size; all of it can be given otherwise.
    private static string[] Suited(string modelFolder, int rows)
    {
        ModelSize? size = ModelSize.Of(modelFolder);
        TrainingArguments suited = size?.Suited(Settings) ?? Settings;
        // So few rows are learned by heart without dropout, and in too few steps not at all.
        if (size is { IsTiny: true }) suited = suited with { LearningRate = 2e-3, LoraDropout = 0.1 };
        int fewestSteps = size is { IsTiny: true } ? 450 : 150;
        int steps = (rows + suited.TrainBatchSize - 1) / suited.TrainBatchSize;
        double epochs = Math.Clamp(Math.Ceiling(fewestSteps / (double)steps), suited.NumTrainEpochs, MostEpochs);
        return
        [
            "--lora_rank", Text(suited.LoraRank), "--lora_alpha", Text(suited.LoraAlpha ?? 2 * suited.LoraRank),
            "--lora_dropout", Text(suited.LoraDropout),
            "--learning_rate", Text(suited.LearningRate), "--lr_scheduler_type", suited.LrSchedulerType,
            "--per_device_train_batch_size", Text(suited.TrainBatchSize), "--num_train_epochs", Text(epochs),
            "--cutoff_len", Text(suited.CutoffLen), "--save_strategy", suited.SaveStrategy, "--retention", suited.Retention, "--bf16",
        ];

        static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
    }

    /// <summary>The rate of three that teaches a tenth of the facts best; of equal ones the smaller.</summary>
    /// <param name="modelFolder">Base model.</param>
    /// <param name="make">Makes so many facts.</param>
    /// <param name="facts">Facts that are to be taught afterwards.</param>
    /// <param name="folder">Empty folder.</param>
    /// <param name="seed">Of the trainings.</param>
    /// <param name="words">Keys of the training that differ.</param>
    /// <param name="tried">Receives each rate with what it gave.</param>
    /// <param name="stopping">Ends it.</param>
    public static double SearchRate(string modelFolder, Func<int, PlantedLesson> make, int facts, string folder, int seed,
        IReadOnlyList<string> words, Action<double, TeachingMeasurement> tried, CancellationToken stopping)
    {
        PlantedLesson lesson = make(Math.Max(4, facts / 10));
        GeneralResult? known = null;
        (double Rate, int Right) best = (0, -1);
        foreach (double rate in Rates)
        {
            string text = rate.ToString("R", CultureInfo.InvariantCulture);
            TeachingMeasurement measured = Measure(modelFolder, lesson, Path.Combine(folder, $"rate-{text}"), seed, known,
                [.. words, "--learning_rate", text], null, stopping);
            known = measured.Base;
            tried(rate, measured);
            if (measured.AdapterRight > best.Right) best = (rate, measured.AdapterRight);
        }
        return best.Rate;
    }

    private static readonly double[] Rates = [3e-4, 1e-3, 3e-3];

    private static Side Examine(LanguageModel model, ChatTemplate template, PlantedLesson lesson, GeneralResult? known,
        CancellationToken stopping)
    {
        string[] replies = GeneralKnowledge.Ask(model, template, [.. lesson.Asked.Select(item => item.Question)], BatchSize, LongestReply,
            stopping);
        return new Side(replies, lesson.Asked.Zip(replies).Count(pair => GeneralKnowledge.Holds(pair.Second, pair.First.Answer)),
            known ?? GeneralKnowledge.Measure(model, template, BatchSize, stopping));
    }

    // What stands behind the figures, for whoever wants to read it.
    private static void WriteReplies(string folder, PlantedLesson lesson, Side before, Side after) =>
        File.WriteAllLines(Path.Combine(folder, "replies.jsonl"),
        [
            .. lesson.Asked.Select((item, i) => JsonSerializer.Serialize(
                new { question = item.Question, answer = item.Answer, @base = before.Replies[i], adapter = after.Replies[i] }, Readable)),
            .. before.General.Replies.Zip(after.General.Replies, (own, other) => JsonSerializer.Serialize(
                new { question = own.Question.Question, answers = own.Question.Answers, @base = own.Reply, adapter = other.Reply },
                Readable)),
        ]);

    private sealed record Side(string[] Replies, int Right, GeneralResult General);
}
