using Pipeline.Models.Text;

namespace Pipeline.Models.Datasets;

/// <summary>One instruction with its answer, in LLaMA-Factory's alpaca columns.</summary>
/// <param name="Instruction">What is asked; may be empty when <paramref name="Input"/> holds the question.</param>
/// <param name="Input">More of the question, or empty.</param>
/// <param name="Output">The answer to learn.</param>
public sealed record InstructionExample(string Instruction, string Input, string Output)
{
    /// <summary>System message, or null for the template's own.</summary>
    public string? System { get; init; }

    /// <summary>
    /// Text to be continued, all of it learned and no template around it; null for questions. The other columns are empty then.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Earlier turns of the conversation, oldest first.</summary>
    public IReadOnlyList<(string Prompt, string Response)> History { get; init; } = [];

    /// <summary>Descriptions of the tools that may be called, a JSON list; null for none.</summary>
    public string? Tools { get; init; }

    /// <summary>
    /// All messages, where a tool is called or answers; null where questions and answers alone say everything. Last question, last
    /// answer and <see cref="History"/> hold their texts too.
    /// </summary>
    public IReadOnlyList<ChatMessage>? Turns { get; init; }

    /// <summary>The question as the model sees it: instruction and input, each on its own line, empty ones left out.</summary>
    public string Question => Instruction.Length == 0 ? Input : Input.Length == 0 ? Instruction : $"{Instruction}\n{Input}";

    /// <summary>The example as alternating user and assistant messages.</summary>
    /// <param name="withAnswer">False leaves out the last answer, to generate it.</param>
    public IReadOnlyList<ChatMessage> ToMessages(bool withAnswer = true)
    {
        if (Turns is not null) return withAnswer ? Turns : [.. Turns.SkipLast(1)];
        List<ChatMessage> messages = new();
        foreach ((string prompt, string response) in History)
        {
            messages.Add(new ChatMessage("user", prompt));
            messages.Add(new ChatMessage("assistant", response));
        }
        messages.Add(new ChatMessage("user", Question));
        if (withAnswer) messages.Add(new ChatMessage("assistant", Output));
        return messages;
    }
}
