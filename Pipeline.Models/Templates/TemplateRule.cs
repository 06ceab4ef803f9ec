using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>
/// Which chat template a model is prompted with; training, evaluation, command line, server and captions all ask here, so that
/// an adapter sees the prompts it was trained on. The first of these that exists: the requested name, the template that the
/// adapter was trained with, the model's own Jinja if it is a known one, the usual one of its family.
/// </summary>
public static class TemplateRule
{
    /// <summary>Chooses the template.</summary>
    /// <param name="modelFolder">Folder of the base model.</param>
    /// <param name="config">Its shape and family.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="name">LLaMA-Factory's name as the user gives it, or null.</param>
    /// <param name="recorded">What the adapter was trained with, or null: no adapter, or one that does not say.</param>
    /// <param name="defaultSystem">System message for conversations without one, as the user gives it; null for the template's.</param>
    /// <exception cref="InputException">
    /// No template has the name, the model's tokenizer lacks its end token, or a file of the model cannot be read.
    /// </exception>
    public static ChosenTemplate Choose(string modelFolder, DecoderConfig config, HubTokenizer tokenizer, string? name = null,
        RecordedTemplate? recorded = null, string? defaultSystem = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (name is not null)
            return Usable(ChatTemplate.Get(name), defaultSystem, warning: null, tokenizer);
        if (recorded is not null)
            return Usable(ChatTemplate.Get(recorded.Name), defaultSystem ?? recorded.DefaultSystem, warning: null, tokenizer);
        if (ModelJinja.Read(modelFolder) is not { } jinja)
            return Usable(OfFamily(config), defaultSystem, warning: null, tokenizer);
        if (JinjaMarks.Recognize(jinja.Text, tokenizer.BosTokenId is not null) is { } known)
            return Usable(ChatTemplate.Get(known.Name), defaultSystem, known.Difference is { } difference
                ? $"{jinja.Source}: the template '{known.Name}' is used, and the model's own differs from it: {difference}"
                : null, tokenizer);
        ChatTemplate usual = OfFamily(config);
        return Usable(usual, defaultSystem, $"{jinja.Source}: the model's chat template is none that is known here; "
            + $"'{usual.Name}', the usual one of its family, is used. If the model needs another, name it as template (--template)",
            tokenizer);
    }

    /// <inheritdoc cref="Choose(string, DecoderConfig, HubTokenizer, string?, RecordedTemplate?, string?)"/>
    /// <param name="model">The base model.</param>
    /// <param name="name">LLaMA-Factory's name as the user gives it, or null.</param>
    /// <param name="adapterFolder">Folder of the adapter in use, or null.</param>
    /// <param name="defaultSystem">System message for conversations without one, as the user gives it; null for the template's.</param>
    public static ChosenTemplate Choose(LanguageModel model, string? name, string? adapterFolder, string? defaultSystem = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        RecordedTemplate? recorded = adapterFolder is null ? null : AdapterRecord.ReadTemplate(adapterFolder);
        return Choose(model.Folder, model.Decoder.Config, model.Tokenizer, name, recorded, defaultSystem);
    }

    /// <summary>The usual template of a model's family.</summary>
    /// <param name="config">The model.</param>
    public static ChatTemplate OfFamily(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ChatTemplate.Get(config.Family.DefaultTemplate);
    }

    private static ChosenTemplate Usable(ChatTemplate template, string? defaultSystem, string? warning, HubTokenizer tokenizer)
    {
        try
        {
            _ = template.EosTokenId(tokenizer);     // refuses a model that cannot produce its end token
        }
        catch (SettingsException e) when (warning is not null)
        {
            throw new SettingsException([.. e.Faults.Select(fault => fault with { Problem = $"{fault.Problem} ({warning})" })], inner: e);
        }
        return new ChosenTemplate(template.WithDefaultSystem(defaultSystem), warning);
    }
}
