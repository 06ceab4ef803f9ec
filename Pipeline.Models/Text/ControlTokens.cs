namespace Pipeline.Models.Text;

/// <summary>What the spelling of a control token becomes where it is written inside a conversation.</summary>
public enum ControlTokens
{
    /// <summary>In what a template writes it is the token; in what people and documents write it stays text.</summary>
    OfTemplate,

    /// <summary>The token, wherever it is written: LLaMA-Factory's <c>split_special_tokens: false</c>.</summary>
    Everywhere,

    /// <summary>Text, even in what the template writes: LLaMA-Factory's <c>split_special_tokens: true</c>.</summary>
    Nowhere,
}
