using Pipeline.Models.Families;
using Pipeline.Models.Text;

namespace Pipeline.Models.Training;

/// <summary>The chat template of a model: the one asked for, or the usual one of its family.</summary>
public static class ModelTemplate
{
    /// <summary>Chooses the template.</summary>
    /// <param name="name">LLaMA-Factory's name, or null for the family's.</param>
    /// <param name="config">Shape and family of the model.</param>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <exception cref="InputException">No template has the name, or the model's tokenizer lacks its end token.</exception>
    public static ChatTemplate Resolve(string? name, DecoderConfig config, HubTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(config);
        ChatTemplate template = ChatTemplate.Get(name ?? config.Family.DefaultTemplate);
        _ = template.EosTokenId(tokenizer); // refuses a model that cannot say its end token
        return template;
    }

    /// <inheritdoc cref="Resolve(string?, DecoderConfig, HubTokenizer)"/>
    /// <param name="name">LLaMA-Factory's name, or null for the family's.</param>
    /// <param name="model">The model.</param>
    public static ChatTemplate Resolve(string? name, LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Resolve(name, model.Decoder.Config, model.Tokenizer);
    }
}
