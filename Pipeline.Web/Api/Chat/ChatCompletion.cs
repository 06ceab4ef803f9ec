namespace Pipeline.Web.Api.Chat;

/// <summary>The whole answer, as OpenAI's clients parse it.</summary>
internal sealed record ChatCompletion(
    string Id,
    string Object,
    long Created,
    string Model,
    IReadOnlyList<ChatCompletion.Choice> Choices,
    ChatUsage Usage)
{
    public string SystemFingerprint => "pipeline";

    internal sealed record Choice(int Index, Answer Message, string FinishReason)
    {
        public object? Logprobs => null;
    }

    internal sealed record Answer(string Role, string Content)
    {
        public string? Refusal => null;
    }
}
