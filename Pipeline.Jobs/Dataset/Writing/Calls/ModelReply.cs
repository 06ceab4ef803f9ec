namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>A finished call.</summary>
/// <param name="Text">The reply.</param>
/// <param name="PromptTokens">As the endpoint counted them, otherwise estimated.</param>
/// <param name="ReplyTokens">As the endpoint counted them, otherwise estimated.</param>
/// <param name="IsCached">Whether nothing was paid for it this time.</param>
internal sealed record ModelReply(string Text, int PromptTokens, int ReplyTokens, bool IsCached);
