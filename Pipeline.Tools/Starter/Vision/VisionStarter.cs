using System.Globalization;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;
using Pipeline.Models.Weights;
using Pipeline.Tools.Starter.Figures;
using Pipeline.Tools.Starter.Tokenizer;
using Pipeline.Tools.Starter.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tools.Starter.Vision;

/// <summary>
/// Builds <c>starter/qwen2vl-starter</c>: a small Qwen2-VL that captions page figures, trained from scratch on figures drawn
/// here and measured on figures it never saw.
/// </summary>
internal sealed class VisionStarter(VisionStarterOptions options, Action<string> log)
{
    private const int BatchSize = 8, HeldOutFigures = 400, TokenizerFigures = 2000;

    // Training figures count up from here; held-out ones are numbered from 0.
    private const int FirstTrainingFigure = 1_000_000;

    private static TokenizerStyle Style => TokenizerStyle.Qwen2Vl;

    /// <summary>Trains, measures and writes the model folder.</summary>
    public void Run(CancellationToken stopping)
    {
        TorchRuntime.Initialize();
        set_num_threads(options.Threads);
        Directory.CreateDirectory(options.OutputFolder);
        Directory.CreateDirectory(options.WorkFolder);
        // A resumed training keeps its tokenizer: another one's ids would mean other words.
        if (!options.Resume || !File.Exists(Path.Combine(options.WorkFolder, "tokenizer.json"))) WriteConfiguration();
        HubTokenizer tokenizer = HubTokenizer.Load(options.WorkFolder);
        Qwen2VlConfig config = Qwen2VlConfig.Load(options.WorkFolder);

        FullTrainingResult result;
        long parameterCount;
        using (Qwen2VlModel model = new(config, ScalarType.Float32, CPU))
        {
            using (Generator generator = new((ulong)options.Seed, CPU)) model.InitializeWeights(generator);
            (string Name, Parameter Parameter)[] parameters = [.. model.named_parameters()];
            parameterCount = parameters.Sum(p => p.Parameter.NumberOfElements);
            log(string.Create(CultureInfo.InvariantCulture, $"{parameterCount:N0} parameters, vocabulary of {tokenizer.VocabSize}"));
            FigureConversations conversations = new(tokenizer);
            FullTrainingOptions training = new() { Seconds = options.Minutes * 60, LearningRate = 1.2e-3, WeightDecay = 0.05 };
            result = new FullTrainer(parameters, training, options.WorkFolder)
                .Run(step => LossOf(model, conversations, step), options.Resume, log, stopping);
            stopping.ThrowIfCancellationRequested();
            foreach (string file in Directory.EnumerateFiles(options.WorkFolder, "*.json").Where(IsConfiguration))
                File.Copy(file, Path.Combine(options.OutputFolder, Path.GetFileName(file)), overwrite: true);
            SafetensorsWriter.WriteCheckpoint(options.OutputFolder,
                parameters.Select(p => new KeyValuePair<string, Tensor>(p.Name, p.Parameter)), ScalarType.BFloat16);
        }

        VisionMeasurement measured = Measure();
        VisionCard.Write(options.OutputFolder, parameterCount, result, result.Steps * (long)BatchSize, measured);
        log($"of {measured.Figures} held-out figures: kind {measured.Kinds}, count {measured.Counts} of {measured.Counted}, "
            + $"details {measured.Details} of {measured.Detailed}, words {measured.Words} of {measured.Worded}; {options.OutputFolder}");
    }

    private static bool IsConfiguration(string file) =>
        Path.GetFileName(
        file) is "tokenizer.json" or "tokenizer_config.json" or "config.json" or "preprocessor_config.json" or "generation_config.json";

    private void WriteConfiguration()
    {
        BpeTrainer bpe = new(Style.Pattern);
        for (int i = 0; i < TokenizerFigures; i++)
            bpe.Add(FigureConversations.Text(FigureDrawer.Draw(FirstTrainingFigure + i, 224, 224).Facts));
        TokenizerWriter.Write(options.WorkFolder, bpe.Train(VisionShape.LargestVocabulary - Style.SpecialTokens.Count), Style,
            VisionCard.JinjaTemplate, VisionShape.MaxLength);
        HubTokenizer tokenizer = HubTokenizer.Load(options.WorkFolder);
        Write("config.json", VisionShape.ConfigJson(tokenizer));
        Write("preprocessor_config.json", VisionShape.PreprocessorJson());
        Write("generation_config.json", VisionCard.GenerationConfig(tokenizer));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(options.WorkFolder, name), text);

    private (Tensor Loss, long Targets) LossOf(Qwen2VlModel model, FigureConversations conversations, int step)
    {
        Random random = new(options.Seed + step);
        (int width, int height) = FigureConversations.Shapes[random.Next(FigureConversations.Shapes.Count)];
        List<VisionTextSequence> sequences = new();
        List<int[]> labels = new();
        List<float[]> labelWeights = new();
        for (int i = 0; i < BatchSize; i++)
        {
            (RgbImage image, FigureFacts facts) = FigureDrawer.Draw(FirstTrainingFigure + step * BatchSize + i, width, height);
            (VisionTextSequence sequence, int[] label, float[] labelWeight) = conversations.Create(image, facts, random);
            sequences.Add(sequence);
            labels.Add(label);
            labelWeights.Add(labelWeight);
        }
        VisionTextBatch batch = VisionTextBatch.Create(sequences, model.Config, CPU);
        List<long> places = new();
        List<long> targets = new();
        List<float> weights = new();
        for (int row = 0; row < BatchSize; row++)
        {
            int start = batch.Length - labels[row].Length;
            for (int i = 1; i < labels[row].Length; i++)
            {
                if (labels[row][i] == TokenizedExample.Ignored) continue;
                places.Add(row * batch.Length + start + i - 1);
                targets.Add(labels[row][i]);
                weights.Add(labelWeights[row][i]);
            }
        }
        Tensor losses = nn.functional.cross_entropy(
            model.Forward(batch, tensor(places.ToArray())), tensor(targets.ToArray()), reduction: nn.Reduction.None);
        Tensor weight = tensor(weights.ToArray());
        Tensor loss = (losses * weight).sum() / weight.sum();
        batch.Dispose();
        return (loss, targets.Count);
    }

    /// <summary>Measures the folder as written, hence with its rounded weights.</summary>
    private VisionMeasurement Measure()
    {
        using VisionLanguageModel model = VisionLanguageModel.Load(options.OutputFolder, new ModelLoadOptions { Device = "cpu" });
        List<(FigureFacts Facts, string Caption)> captions = new();
        for (int first = 0; first < HeldOutFigures; first += BatchSize)
        {
            (int width, int height) = FigureConversations.Shapes[first / BatchSize % FigureConversations.Shapes.Count];
            (byte[] Png, FigureFacts Facts)[] figures = [.. Enumerable.Range(first, BatchSize)
                .Select(i => FigureDrawer.DrawPng(i, width, height))];
            IReadOnlyList<string> answers = model.Describe(
                [.. figures.Select(figure => (ReadOnlyMemory<byte>)figure.Png)], FigureConversations.CaptionPrompts[0],
                new GenerationOptions { MaxNewTokens = 64 });
            captions.AddRange(figures.Zip(answers, (figure, answer) => (figure.Facts, answer)));
        }
        File.WriteAllLines(Path.Combine(options.WorkFolder, "captions.txt"),
            captions.Select((caption, i) => $"{i}\n  drawn  {caption.Facts.Caption}\n  said   {caption.Caption}"));
        return VisionMeasurement.Of(captions);
    }
}
