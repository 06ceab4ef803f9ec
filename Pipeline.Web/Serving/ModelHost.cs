using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pipeline.Models.Batching;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;

namespace Pipeline.Web.Serving;

/// <summary>Answers conversations with language models, with or without an adapter, many at a time.</summary>
internal sealed class ModelHost(IOptions<ServingOptions> options, ModelMemory memory, GenerationQueue queue, ILogger<ModelHost> log)
{
    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal); // once each, not with every answer

    /// <summary>Answers a conversation.</summary>
    /// <exception cref="Models.InputException">The conversation, an option, the model or the adapter cannot be used.</exception>
    /// <exception cref="SchedulerFullException">Too much waits for the model.</exception>
    public async Task<GenerationResult> GenerateAsync(
        ServedModel served, IReadOnlyList<ChatMessage> messages, AnswerOrder order, CancellationToken cancellationToken)
    {
        if (!memory.Folders.Contains(served.Folder))
            order.OnAccepted?.Invoke();
        using ModelLease<ResidentLanguage> lease = await memory.UseAsync(served.Folder,
            plan => new ResidentLanguage(plan, options.Value.Device, queue), isPinned: false, cancellationToken);
        LanguageModel model = lease.Model.Language;
        ChatTemplate template = Choose(model, served.Adapter);
        int[] prompt = template.EncodeHistory(model.Tokenizer, messages);
        GenerationOptions stopping =
            order.Options with { StopTokenIds = [.. order.Options.StopTokenIds, .. template.StopTokenIds(model.Tokenizer)] };
        using ResidentLanguage.AdapterLease? adapter = served.Adapter is null
            ? null : await Task.Run(() => lease.Model.Use(served.Adapter.Folder), cancellationToken);
        if (lease.Model.Scheduler is not { } scheduler)
            return await OneByOneAsync(model, adapter?.Adapter, prompt, order with { Options = stopping }, cancellationToken);
        Task<GenerationResult> answer = scheduler.GenerateAsync(new BatchRequest(prompt)
        {
            Options = stopping,
            Adapter = adapter?.Adapter,
            Client = order.Client,
            OnText = order.OnText,
            OnStarted = order.OnStarted,
        }, cancellationToken);
        order.OnAccepted?.Invoke();
        return await answer;
    }

    // On devices without a scheduler an answer takes the device as a whole.
    private async Task<GenerationResult> OneByOneAsync(LanguageModel model, LoraAdapter? adapter, int[] prompt, AnswerOrder order,
        CancellationToken cancellationToken)
    {
        order.OnAccepted?.Invoke();
        return await queue.RunAsync(gone =>
        {
            order.OnStarted?.Invoke();
            LoraAdapter.DetachAll(model.Decoder);
            adapter?.Attach();
            return new TextGenerator(model).Generate(prompt, order.Options, order.OnText, gone);
        }, cancellationToken, waitInQueue: true);
    }

    private ChatTemplate Choose(LanguageModel model, ServedAdapter? adapter)
    {
        RecordedTemplate? recorded = adapter is null ? null : AdapterRecord.ReadTemplate(adapter.Folder)
            ?? new RecordedTemplate(adapter.Template);
        ChosenTemplate chosen = TemplateRule.Choose(model.Folder, model.Decoder.Config, model.Tokenizer, recorded: recorded);
        if (chosen.Warning is { } warning && _warned.TryAdd(warning, true))
            log.TemplateWarning(warning);
        return chosen.Template;
    }
}
