namespace Pipeline.Web.Api.Chat;

/// <summary>Token counts of one answer.</summary>
internal sealed record ChatUsage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}
