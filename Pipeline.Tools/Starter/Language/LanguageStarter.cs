using System.Globalization;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Runtime;
using Pipeline.Models.Text;
using Pipeline.Models.Weights;
using Pipeline.Tools.Starter.Corpus;
using Pipeline.Tools.Starter.Tokenizer;
using Pipeline.Tools.Starter.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Tools.Starter.Language;

/// <summary>
/// Builds <c>starter/phi4-starter</c>: a small Phi-3-family language model from text that Debian packages ship, with its own
/// tokenizer, trained from scratch, measured on pages it never saw.
/// </summary>
internal sealed class LanguageStarter(LanguageStarterOptions options, Action<string> log)
{
    private const int BatchSize = 2;
    private const string TrainingTokens = "training.tokens", HeldOutProse = "held-out-prose.tokens", HeldOutChat = "held-out-chat.tokens";

    private static TokenizerStyle Style => TokenizerStyle.Phi4Mini;

    /// <summary>Collects, trains, measures and writes the model folder.</summary>
    /// <exception cref="InputException">No documentation package is installed.</exception>
    public void Run(CancellationToken stopping)
    {
        TorchRuntime.Initialize();
        set_num_threads(options.Threads);
        Directory.CreateDirectory(options.OutputFolder);
        Directory.CreateDirectory(options.WorkFolder);
        if (!File.Exists(Work(HeldOutChat))) PrepareTokens(stopping);

        HubTokenizer tokenizer = HubTokenizer.Load(options.WorkFolder);
        string configJson = LanguageShape.ConfigJson(tokenizer.TokenToId(Style.EndOfText)!.Value,
            tokenizer.TokenToId(Style.EndOfTurn)!.Value);
        using DecoderModel model = new(DecoderConfig.Parse(configJson, "config.json"), ScalarType.Float32, CPU);
        using (Generator generator = new((ulong)options.Seed, CPU)) model.InitializeWeights(generator);
        log(string.Create(CultureInfo.InvariantCulture, $"{model.Config.CountParameters():N0} parameters"));

        TokenStream stream = new(TokenStream.Read(Work(TrainingTokens)), LanguageShape.TrainedLength, options.Seed);
        (string Name, Parameter Parameter)[] parameters = [.. model.named_parameters()];
        FullTrainer trainer = new(parameters, new FullTrainingOptions { Seconds = options.Minutes * 60 }, options.WorkFolder);
        FullTrainingResult result = trainer.Run(step => LossOf(model, stream.Batch(step, BatchSize)), options.Resume, log, stopping);
        stopping.ThrowIfCancellationRequested();

        Publish(model, configJson);
        LanguageMeasurement measured = Measure(stream.Windows * (long)LanguageShape.TrainedLength);
        LanguageCard.Write(options.OutputFolder, result, measured);
        log(string.Create(CultureInfo.InvariantCulture,
            $"held-out perplexity: prose {measured.ProsePerplexity:F2}, conversations {measured.ChatPerplexity:F2}; "
            + $"{options.OutputFolder}"));
    }

    private string Work(string name) => Path.Combine(options.WorkFolder, name);

    private static (Tensor Loss, long Targets) LossOf(DecoderModel model, (Tensor Inputs, Tensor Targets) batch)
    {
        Tensor logits = model.Logits(model.Forward(batch.Inputs));
        Tensor loss = nn.functional.cross_entropy(logits.view(-1, logits.shape[^1]), batch.Targets.view(-1));
        return (loss, batch.Targets.NumberOfElements);
    }

    private void PrepareTokens(CancellationToken stopping)
    {
        IReadOnlyList<string> missing = DebianDocs.MissingPackages;
        if (missing.Count > 0) log($"not installed, left out: apt-get install {string.Join(' ', missing)}");
        Random random = new(options.Seed);
        LanguageCorpus corpus = LanguageCorpus.Collect(DebianDocs.Pages(), random);
        if (corpus.Training.Count == 0)
            throw new MissingPrerequisiteException(
                $"/usr/share/doc holds no documentation to learn from: apt-get install {string.Join(' ', missing)}");
        log(string.Create(CultureInfo.InvariantCulture,
            $"{corpus.Training.Count} pages to learn, {corpus.HeldOut.Count} held out, "
            + $"{corpus.Training.Sum(page => (long)LanguageCorpus.Prose(page).Length) / 1e6:F1} million characters"));

        stopping.ThrowIfCancellationRequested();
        BpeTrainer bpe = new(Style.Pattern);
        foreach (ProsePage page in corpus.Training) bpe.Add(LanguageCorpus.Prose(page));
        IReadOnlyList<(string Left, string Right)> merges = bpe.Train(LanguageShape.VocabularySize - Style.SpecialTokens.Count);
        TokenizerWriter.Write(options.WorkFolder, merges, Style, LanguageCard.JinjaTemplate, LanguageShape.MaxLength);
        log($"tokenizer with {merges.Count} merges");

        HubTokenizer tokenizer = HubTokenizer.Load(options.WorkFolder);
        ChatTemplate template = ChatTemplate.Get("phi4_mini");
        int endOfText = tokenizer.TokenToId(Style.EndOfText)!.Value;
        Save(TrainingTokens, LanguageCorpus.Tokenize(corpus.Training, tokenizer, template, random, endOfText), random);
        ILookup<bool, int[]> heldOut = LanguageCorpus.Tokenize(corpus.HeldOut, tokenizer, template, random, endOfText)
            .ToLookup(text => text.Contains(tokenizer.TokenToId("<|user|>")!.Value));
        Save(HeldOutProse, heldOut[false], random);
        Save(HeldOutChat, heldOut[true], random);
    }

    private void Save(string name, IEnumerable<int[]> texts, Random random)
    {
        // Shuffled text by text, so that the conversations about a page are not next to it.
        int[][] all = [.. texts];
        random.Shuffle(all);
        ushort[] ids = [.. all.SelectMany(text => text).Select(id => (ushort)id)];
        TokenStream.Save(Work(name), ids);
        log(string.Create(CultureInfo.InvariantCulture, $"{name}: {ids.Length:N0} tokens of {all.Length:N0} texts"));
    }

    private void Publish(DecoderModel model, string configJson)
    {
        foreach (string name in (string[])["tokenizer.json", "tokenizer_config.json"])
            File.Copy(Work(name), Path.Combine(options.OutputFolder, name), overwrite: true);
        File.WriteAllText(Path.Combine(options.OutputFolder, "config.json"), configJson);
        File.WriteAllText(Path.Combine(options.OutputFolder, "generation_config.json"), LanguageCard.GenerationConfig(model.Config));
        SafetensorsWriter.WriteCheckpoint(options.OutputFolder,
            model.named_parameters().Select(p => new KeyValuePair<string, Tensor>(p.name, p.parameter)), ScalarType.BFloat16);
    }

    /// <summary>Measures the folder as written, hence with its rounded weights.</summary>
    private LanguageMeasurement Measure(long trainingTokens)
    {
        using DecoderModel model = new(DecoderConfig.Load(options.OutputFolder), ScalarType.Float32, CPU);
        using (SafetensorsCheckpoint weights = SafetensorsCheckpoint.Open(options.OutputFolder))
            WeightLoader.Load(model.named_parameters().Select(p => new KeyValuePair<string, Tensor>(p.name, p.parameter)), weights);
        (double prose, long proseTokens) = Perplexity(model, HeldOutProse);
        (double chat, long chatTokens) = Perplexity(model, HeldOutChat);
        return new LanguageMeasurement(model.Config.CountParameters(), trainingTokens, prose, proseTokens, chat, chatTokens);
    }

    private (double Perplexity, long Tokens) Perplexity(DecoderModel model, string name)
    {
        const int mostWindows = 200;
        using IDisposable noGrad = no_grad();
        TokenStream stream = new(TokenStream.Read(Work(name)), LanguageShape.TrainedLength, options.Seed);
        int windows = Math.Min(stream.Windows, mostWindows);
        double sum = 0;
        for (int i = 0; i < windows; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            sum += LossOf(model, stream.Batch(i, 1)).Loss.item<float>();
        }
        return (Math.Exp(sum / windows), (long)windows * LanguageShape.TrainedLength);
    }
}
