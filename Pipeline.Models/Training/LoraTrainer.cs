using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Weights;
using TorchSharp;

namespace Pipeline.Models.Training;

/// <summary>Trains LoRA adapters: from arguments and examples to an adapter folder with its logs.</summary>
/// <remarks>
/// A resumed run gives the bitwise identical adapter to an unbroken one on the same device, in the same type and with the
/// same number of threads (<c>OMP_NUM_THREADS</c>): sums are split by thread.
/// </remarks>
public static class LoraTrainer
{
    /// <summary>Loads the model and data named in the arguments and trains.</summary>
    /// <inheritdoc cref="Train(TrainingArguments, DecoderModel, TrainingData, ITrainingObserver?, CancellationToken)"/>
    public static TrainingResult Train(TrainingArguments arguments, ITrainingObserver? observer, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        arguments.Validate();
        ModelLoadOptions options = new()
        {
            Device = arguments.UseCpu ? "cpu" : arguments.Device,
            DType = arguments.Bf16 ? torch.ScalarType.BFloat16 : arguments.Fp16 ? torch.ScalarType.Float16 : torch.ScalarType.Float32,
            QuantizationBits = arguments.QuantizationBit,
        };
        foreach (string note in arguments.Notes)
            observer?.OnWarning(note);
        // Input errors are reported before gigabytes of weights are read.
        string folder = ModelFolder.Locate(arguments.ModelNameOrPath);
        TrainingData data = ReadData(arguments, folder, observer);
        stopping.ThrowIfCancellationRequested();
        using LanguageModel model = Load(folder, options, arguments);
        if (RetentionExamples.AsksBase(arguments))
            data = WithReplay(data, arguments, model, stopping);
        return Train(arguments, model.Decoder, data, observer, stopping);
    }

    // The base answers before there is an adapter.
    private static TrainingData WithReplay(TrainingData data, TrainingArguments arguments, LanguageModel model,
        CancellationToken stopping)
    {
        ChatTemplate template = ChooseTemplate(arguments, model.Folder, model.Decoder.Config, model.Tokenizer).Template;
        IReadOnlyList<InstructionExample> answers = ReplayAnswers.Make(model, TrainingFingerprint.HashOf(model.Decoder), template,
            GeneralText.ForRetention(arguments.RetentionLanguages), arguments.OutputDir, stopping);
        int cutoff = Math.Min(arguments.CutoffLen, model.Decoder.Config.MaxPositionEmbeddings);
        return data.WithRetention([.. answers.SelectMany(example =>
            RetentionExamples.Encode(new GeneralRow("", example, ""), template, model.Tokenizer, cutoff))]);
    }

    /// <summary>The chat template that a training run uses.</summary>
    /// <param name="arguments">Arguments of the training run.</param>
    /// <param name="folder">Folder of its base model.</param>
    /// <exception cref="InputException">A model or adapter file cannot be read, or the template does not fit the tokenizer.</exception>
    public static ChosenTemplate ChooseTemplate(TrainingArguments arguments, string folder)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return ChooseTemplate(arguments, folder, DecoderConfig.Load(folder), HubTokenizer.Load(folder));
    }

    /// <summary>The examples as training reads them, without loading the model's weights.</summary>
    internal static TrainingData ReadData(TrainingArguments arguments, string folder, ITrainingObserver? observer)
    {
        DecoderConfig config = DecoderConfig.Load(folder);
        _ = arguments.Lora.CountTrainable(config);
        if (TargetModules.Resolve(arguments.Lora, [.. config.ProjectionShapes().Select(p => p.Name)]).Lacking is { Count: > 0 } lacking)
            observer?.OnWarning($"lora_target: {string.Join(", ", lacking)}: the model has no such layer; passed over");
        HubTokenizer tokenizer = HubTokenizer.Load(folder);
        ChosenTemplate chosen = ChooseTemplate(arguments, folder, config, tokenizer);
        if (chosen.Warning is { } warning)
            observer?.OnWarning(warning);
        return TrainingData.Load(arguments, tokenizer, chosen.Template, config.MaxPositionEmbeddings);
    }

    // An adapter that is trained further keeps its template.
    private static ChosenTemplate ChooseTemplate(TrainingArguments arguments, string folder, DecoderConfig config,
        HubTokenizer tokenizer) =>
        WithOptions(TemplateRule.Choose(folder, config, tokenizer, arguments.Template,
            arguments.AdapterNameOrPath is { } earlier ? TemplateRule.RecordedBy(earlier) : null, arguments.DefaultSystem), arguments);

    private static ChosenTemplate WithOptions(ChosenTemplate chosen, TrainingArguments arguments) => chosen with
    {
        Template = chosen.Template.WithToolFormat(arguments.ToolFormat) with
        {
            Thinking = arguments.EnableThinking,
            KeepsThoughts = arguments.PreserveThinking,
            ControlTokens = arguments.SplitSpecialTokens switch
            {
                null => ControlTokens.OfTemplate,
                false => ControlTokens.Everywhere,
                true => ControlTokens.Nowhere,
            },
        },
    };

    private static LanguageModel Load(string folder, ModelLoadOptions options, TrainingArguments arguments)
    {
        try
        {
            return LanguageModel.Load(folder, options);
        }
        catch (Exception e) when (MemoryFault.Is(e))
        {
            throw MemoryFault.WhileLoading(e, arguments);
        }
    }

    /// <summary>Trains to the end, starting from the last checkpoint when the arguments ask for that.</summary>
    /// <param name="arguments">What to do.</param>
    /// <param name="model">Base model; left frozen and without an adapter.</param>
    /// <param name="data">Examples.</param>
    /// <param name="observer">Notified of every step; may be null.</param>
    /// <param name="stopping">Ends training before the next micro-step, with a checkpoint of the last full step.</param>
    /// <exception cref="InputException">The arguments, the output folder or a checkpoint cannot be used.</exception>
    /// <exception cref="MemoryExhaustedException">The device has too little memory; the message says what to lower.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite; the last checkpoint is kept.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> was cancelled; the checkpoint has been written.</exception>
    public static TrainingResult Train(
        TrainingArguments arguments, DecoderModel model, TrainingData data, ITrainingObserver? observer, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        arguments.Validate();
        using TrainingRun run = Start(arguments, model, data, observer);
        return run.Complete(stopping);
    }

    private static TrainingRun Start(TrainingArguments arguments, DecoderModel model, TrainingData data, ITrainingObserver? observer)
    {
        try
        {
            return new TrainingRun(arguments, model, data, observer);
        }
        catch (Exception e) when (MemoryFault.Is(e))
        {
            throw MemoryFault.ForAdapter(e, arguments);
        }
    }
}
