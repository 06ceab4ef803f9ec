namespace Pipeline.Models.Text;

/// <summary>A tokenizer as a template needs it: with the template's end token, something to pad with, and all stop words.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="Added">Stop words that the vocabulary lacked, with the ids they got: the model has never seen them.</param>
internal sealed record TemplateTokens(HubTokenizer Tokenizer, IReadOnlyList<(string Token, int Id)> Added)
{
    /// <summary>Prepares a tokenizer as LLaMA-Factory does before it trains.</summary>
    public static TemplateTokens Prepare(ChatTemplate template, HubTokenizer tokenizer)
    {
        string eos = template.ReplaceEos ? template.StopWords[0] : tokenizer.Roles.Eos ?? ChatTemplate.UsualEndOfText;
        string[] special = [.. template.StopWords.Skip(template.ReplaceEos ? 1 : 0)];
        HubTokenizer prepared = tokenizer.With(tokenizer.Roles with { Eos = eos, Pad = tokenizer.Roles.Pad ?? eos }, special);
        return new TemplateTokens(prepared, [.. new[] { eos }.Concat(special).Distinct()
            .Where(token => tokenizer.TokenToId(token) is null).Select(token => (token, prepared.TokenToId(token)!.Value))]);
    }
}
