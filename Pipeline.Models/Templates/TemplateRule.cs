using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>
/// Which chat template a model is prompted with; training, evaluation, command line, server and captions all ask here, so that
/// an adapter sees the prompts it was trained on. The first of these that exists: the requested name, the template that the
/// adapter was trained with, the model's own Jinja, which is rendered, the usual one of its family.
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
        if (recorded is { Name: JinjaChatTemplate.RecordedName })
            return Usable(OfRecord(modelFolder, recorded), defaultSystem ?? recorded.DefaultSystem, warning: null, tokenizer);
        if (recorded is not null)
            return Usable(ChatTemplate.Get(recorded.Name), defaultSystem ?? recorded.DefaultSystem, warning: null, tokenizer);
        return Usable(ModelJinja.Read(modelFolder) is { } jinja ? new JinjaChatTemplate(jinja.Text, jinja.Source) : OfFamily(config),
            defaultSystem, warning: null, tokenizer);
    }

    /// <summary>
    /// The template for a program that knows templates by LLaMA-Factory's names alone: the chosen one, or the named one that is most
    /// like a model's own, with a warning where their prompts differ.
    /// </summary>
    /// <param name="chosen">What was chosen.</param>
    /// <param name="modelFolder">Folder of the base model.</param>
    /// <exception cref="InputException">The named template does not fit the tokenizer.</exception>
    public static ChosenTemplate Named(ChosenTemplate chosen, string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        if (chosen.Template is not JinjaChatTemplate own) return chosen;
        HubTokenizer tokenizer = HubTokenizer.Load(modelFolder);
        string? system = own.DefaultSystem.Length > 0 ? own.DefaultSystem : null;
        if (JinjaMarks.Recognize(own.Jinja, tokenizer.BosTokenId is not null) is { } known)
            return Usable(ChatTemplate.Get(known.Name), system, known.Difference is { } difference
                ? $"{modelFolder}: the template '{known.Name}' is used, and the model's own differs from it: {difference}" : null,
                    tokenizer);
        ChatTemplate usual = OfFamily(DecoderConfig.Load(modelFolder));
        return Usable(usual, system, $"{modelFolder}: the model's chat template has no name; '{usual.Name}', the usual one of its family, "
            + "is used. If the model needs another, name it as template", tokenizer);
    }

    /// <inheritdoc cref="Choose(string, DecoderConfig, HubTokenizer, string?, RecordedTemplate?, string?)"/>
    /// <param name="model">The base model.</param>
    /// <param name="name">LLaMA-Factory's name as the user gives it, or null.</param>
    /// <param name="adapterFolder">Folder of the adapter in use, or null.</param>
    /// <param name="defaultSystem">System message for conversations without one, as the user gives it; null for the template's.</param>
    public static ChosenTemplate Choose(LanguageModel model, string? name, string? adapterFolder, string? defaultSystem = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Choose(model.Folder, model.Decoder.Config, model.Tokenizer, name, adapterFolder is null ? null : RecordedBy(adapterFolder),
            defaultSystem);
    }

    /// <summary>
    /// The template that an adapter folder records, or the Jinja template that another program left in it; null for neither.
    /// </summary>
    /// <param name="adapterFolder">The folder.</param>
    /// <exception cref="InputException">A file is there but cannot be read.</exception>
    public static RecordedTemplate? RecordedBy(string adapterFolder) => AdapterRecord.ReadTemplate(adapterFolder)
        ?? (ModelJinja.Read(adapterFolder) is { } left ? new RecordedTemplate(JinjaChatTemplate.RecordedName) { Jinja = left.Text } : null);

    /// <summary>The usual template of a model's family.</summary>
    /// <param name="config">The model.</param>
    public static ChatTemplate OfFamily(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ChatTemplate.Get(config.Family.DefaultTemplate);
    }

    private static JinjaChatTemplate OfRecord(string modelFolder, RecordedTemplate recorded)
    {
        if (recorded.Jinja is { } text) return new JinjaChatTemplate(text, "the adapter's record");
        return ModelJinja.Read(modelFolder) is { } jinja ? new JinjaChatTemplate(jinja.Text, jinja.Source)
            : throw new InputException(
                $"{modelFolder}: the adapter was trained with its model's own chat template, which this folder lacks; "
                + "take the model's chat_template.jinja or tokenizer_config.json from where it came from");
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
