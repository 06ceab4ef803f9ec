using Microsoft.Extensions.Options;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;

namespace Pipeline.Web.Serving;

/// <summary>
/// Language models in memory: loaded on first use, with adapters attached and detached by name, the one unused longest
/// dropped when there are too many. Only for use inside a turn of <see cref="GenerationQueue"/>.
/// </summary>
internal sealed class ModelHost(IOptions<ServingOptions> options, ILogger<ModelHost> log) : IDisposable
{
    private readonly List<LoadedModel> _loaded = []; // most recently used last
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal); // once each, not with every answer

    /// <summary>Answers a conversation.</summary>
    /// <exception cref="Models.InputException">The conversation, an option, the model or the adapter cannot be used.</exception>
    public GenerationResult Generate(
        ServedModel served, IReadOnlyList<ChatMessage> messages, GenerationOptions generation, Action<string>? onText,
        CancellationToken cancellationToken)
    {
        LoadedModel model = Load(served.Folder);
        ChatTemplate template = Choose(model.Language, served.Adapter);
        model.Use(served.Adapter?.Folder);
        int[] prompt = template.EncodeHistory(model.Language.Tokenizer, messages);
        GenerationOptions stopping =
            generation with { StopTokenIds = [.. generation.StopTokenIds, .. template.StopTokenIds(model.Language.Tokenizer)] };
        return new TextGenerator(model.Language).Generate(prompt, stopping, onText, cancellationToken);
    }

    public void Dispose()
    {
        foreach (LoadedModel model in _loaded)
            model.Dispose();
        _loaded.Clear();
    }

    private ChatTemplate Choose(LanguageModel model, ServedAdapter? adapter)
    {
        RecordedTemplate? recorded = adapter is null ? null : AdapterRecord.ReadTemplate(adapter.Folder)
            ?? new RecordedTemplate(adapter.Template);
        ChosenTemplate chosen = TemplateRule.Choose(model.Folder, model.Decoder.Config, model.Tokenizer, recorded: recorded);
        if (chosen.Warning is { } warning && _warned.Add(warning))
            log.TemplateWarning(warning);
        return chosen.Template;
    }

    private LoadedModel Load(string folder)
    {
        LoadedModel? model = _loaded.Find(m => m.Folder == folder);
        if (model is not null)
        {
            _loaded.Remove(model);
            _loaded.Add(model);
            return model;
        }
        while (_loaded.Count >= options.Value.LoadedModels) // before loading: two large models may not fit
        {
            log.UnloadingModel(_loaded[0].Folder);
            _loaded[0].Dispose();
            _loaded.RemoveAt(0);
        }
        log.LoadingModel(folder);
        model = new LoadedModel(folder, LanguageModel.Load(folder, new ModelLoadOptions { Device = options.Value.Device }));
        _loaded.Add(model);
        return model;
    }
}
