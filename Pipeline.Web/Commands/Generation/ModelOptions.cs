using System.CommandLine;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Quantization;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using static TorchSharp.torch;

namespace Pipeline.Web.Commands.Generation;

/// <summary>Options of the commands that load a model, with or without an adapter.</summary>
internal sealed class ModelOptions
{
    public Option<string> Model { get; } = new("--model") { Description = "Model folder in hub layout", HelpName = "DIR", Required = true };

    public Option<string?> Adapter { get; } = new("--adapter") { Description = "LoRA adapter in PEFT's layout", HelpName = "DIR" };

    public Option<string?> Template { get; } = new("--template")
    {
        Description =
        "Chat template (default: the adapter's, else the model's own, else its family's)",
        HelpName = "NAME"
    };

    public Option<string> Device { get; } = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N",
        DefaultValueFactory = _ =>
        "auto"
    };

    public Option<string?> Precision { get; } = new("--dtype") { Description = "fp32 or bf16 (default: fp32 on the CPU, bf16 on a GPU)" };

    public Option<int?> Quantize { get; } = new("--quantize")
    {
        Description = "Bits of the stored matrices, 8 or 4; embedding and head take 8 (default: none, they are kept in --dtype)",
        HelpName = "BITS",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Model, Adapter, Template, Device, Precision, Quantize })
            command.Options.Add(option);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="storage">Losses are summed by the pass of training, which cannot read blocks.</param>
    public LanguageModel LoadModel(ParseResult parsed, QuantizedStorage storage = QuantizedStorage.Blocks) =>
        LanguageModel.Load(parsed.GetRequiredValue(Model), new ModelLoadOptions
        {
            Device = parsed.GetRequiredValue(Device),
            DType = ParseType(parsed.GetValue(Precision)),
            QuantizationBits = parsed.GetValue(Quantize),
            QuantizedStorage = storage,
        });

    /// <summary>The template for the requested model and adapter; warnings about it go to standard error.</summary>
    public ChatTemplate ChooseTemplate(ParseResult parsed, LanguageModel model)
    {
        ChosenTemplate chosen = TemplateRule.Choose(model, parsed.GetValue(Template), parsed.GetValue(Adapter));
        if (chosen.Warning is { } warning)
            parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}");
        return chosen.Template;
    }

    /// <summary>The requested adapter, attached; null for none.</summary>
    public LoraAdapter? AttachAdapter(ParseResult parsed, LanguageModel model)
    {
        if (parsed.GetValue(Adapter) is not { } folder)
            return null;
        LoraAdapter adapter = AdapterFolder.Load(folder, model.Decoder);
        adapter.Attach();
        return adapter;
    }

    public static ScalarType? ParseType(string? name) => name?.ToLowerInvariant() switch
    {
        null => null,
        "fp32" or "float32" => ScalarType.Float32,
        "bf16" or "bfloat16" => ScalarType.BFloat16,
        _ => throw new InputException($"--dtype: '{name}' is unknown; use fp32 or bf16"),
    };
}
