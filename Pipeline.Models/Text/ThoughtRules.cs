namespace Pipeline.Models.Text;

/// <summary>What becomes of the thoughts before answers, with templates that think. Reference: LLaMA-Factory's ReasoningTemplate.</summary>
internal static class ThoughtRules
{
    /// <summary>A conversation for training on all its answers.</summary>
    /// <param name="template">The template.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="dropsEarlier">Takes the thoughts out of all answers but the last.</param>
    public static IReadOnlyList<ChatMessage> Prepared(ChatTemplate template, IReadOnlyList<ChatMessage> messages, bool dropsEarlier) =>
        Without(template, messages, (answer, last) => template.Thinking == false || (dropsEarlier && !last));

    /// <summary>A conversation of which only the last answer counts.</summary>
    public static IReadOnlyList<ChatMessage> ForLastAnswer(ChatTemplate template, IReadOnlyList<ChatMessage> messages) =>
        Without(template, messages, (answer, last) => last ? template.Thinking == false : !template.KeepsThoughts);

    /// <summary>A conversation that ends with a question.</summary>
    public static IReadOnlyList<ChatMessage> ForPrompt(ChatTemplate template, IReadOnlyList<ChatMessage> messages) =>
        Without(template, messages, (answer, last) => !template.KeepsThoughts);

    /// <summary>Gives answers without a thought an empty one.</summary>
    /// <param name="template">The template.</param>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="encoded">Ids of each message, system messages left out; changed in place.</param>
    /// <param name="messages">The same messages.</param>
    /// <param name="lastOnly">Looks at the last answer alone.</param>
    public static void AddEmpty(ChatTemplate template, HubTokenizer tokenizer, int[][] encoded, IReadOnlyList<ChatMessage> messages,
        bool lastOnly)
    {
        int lead = messages.Count - encoded.Length;
        for (int answer = lastOnly ? encoded.Length - 1 : 1; answer < encoded.Length; answer += 2)
        {
            string content = messages[lead + answer].Content;
            if (content.Contains(template.Thought.Open.Trim(), StringComparison.Ordinal)
                || content.Contains(template.Thought.Close.Trim(), StringComparison.Ordinal)) continue;
            int[] thought = EmptyThought(template, tokenizer);
            if (template.Thinking is true) encoded[answer] = [.. thought, .. encoded[answer]];
            else encoded[answer - 1] = [.. encoded[answer - 1], .. thought];
        }
    }

    /// <summary>Ids of a thought without words.</summary>
    public static int[] EmptyThought(ChatTemplate template, HubTokenizer tokenizer) =>
        SlotEncoder.Encode(tokenizer, [TextPart.Mark(template.Thought.Open + template.Thought.Close)], template.ControlTokens);

    private static List<ChatMessage> Without(ChatTemplate template, IReadOnlyList<ChatMessage> messages,
        Func<ChatMessage, bool, bool> drops)
    {
        int lead = messages.Count > 0 && messages[0].Role == "system" ? 1 : 0;
        List<ChatMessage> result = [.. messages];
        for (int i = lead + 1; i < result.Count; i += 2)
            if (drops(result[i], i >= result.Count - 2 && (result.Count - lead) % 2 == 0))
                result[i] = result[i] with { Content = Without(template.Thought, result[i].Content) };
        return result;
    }

    private static string Without((string Open, string Close) thought, string content)
    {
        int from = 0;
        while ((from = content.IndexOf(thought.Open, from, StringComparison.Ordinal)) >= 0)
        {
            int close = content.IndexOf(thought.Close, from + thought.Open.Length, StringComparison.Ordinal);
            if (close < 0) break;
            content = content.Remove(from, close + thought.Close.Length - from);
        }
        return content.TrimStart('\n');
    }
}
