using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>
/// A model's own chat template, rendered. A conversation is rendered whole and its text encoded whole; an answer is what its rendering
/// adds to the rendering of what stands before it, up to where the next one begins.
/// </summary>
internal sealed record JinjaChatTemplate : ChatTemplate
{
    /// <summary>Name by which an adapter records that it was trained with a model's own template.</summary>
    public const string RecordedName = "jinja";

    private readonly JinjaChat _chat;

    /// <param name="text">The template.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public JinjaChatTemplate(string text, string source)
        : base(RecordedName)
    {
        Jinja = text;
        _chat = new JinjaChat(text, source);
    }

    internal override string Jinja { get; }

    internal override string Identity =>
        $"{base.Identity} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Jinja)))}";

    /// <inheritdoc/>
    public override IReadOnlyList<(int[] Prompt, int[] Response)> EncodeMultiTurn(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null, string? tools = null,
        bool dropsThoughts = false)
    {
        ArgumentNullException.ThrowIfNull(messages);
        int first = messages.Count > 0 && messages[0].Role == "system" ? 1 : 0;
        if (messages.Count == first || (messages.Count - first) % 2 != 0)
            throw new InputException(
                $"conversation: it has {messages.Count - first} messages without the system's; each question needs one answer");
        Rendering whole = Rendering.Of(this, tokenizer, messages, system, tools, opensAnswer: false);
        List<(int[], int[])> turns = [];
        int done = 0;
        for (int answer = first + 1; answer < messages.Count; answer += 2)
        {
            Rendering before = Rendering.Of(this, tokenizer, messages.Take(answer), system, tools, opensAnswer: true);
            Rendering after = answer == messages.Count - 1 ? whole
                : Rendering.Of(this, tokenizer, messages.Take(answer + 1), system, tools, opensAnswer: false);
            (int start, int end) = whole.PlaceOf(before, after);
            if (start < done || end <= start)
                throw new InputException(
                    $"conversation: the model's chat template writes answer {turns.Count + 1} in another way once the conversation "
                    + "goes on, so that what the model should say cannot be told; name another template (--template), or "
                    + "divide the conversation");
            turns.Add((whole.Ids[done..start], whole.Ids[start..end]));
            done = end;
        }
        return turns;
    }

    /// <inheritdoc/>
    public override (int[] Prompt, int[] Response) EncodeOneTurn(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null, string? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Rendering whole = Rendering.Of(this, tokenizer, messages, system, tools, opensAnswer: false);
        Rendering before = Rendering.Of(this, tokenizer, messages.SkipLast(1), system, tools, opensAnswer: true);
        int start = whole.CommonIds(before);
        return (whole.Ids[..start], whole.Ids[start..]);
    }

    /// <inheritdoc/>
    public override int[] EncodePrompt(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null, string? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Rendering.Of(this, tokenizer, messages, system, tools, opensAnswer: true).Ids;
    }

    /// <inheritdoc/>
    public override int[] EncodeHistory(HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages) => EncodePrompt(tokenizer, messages);

    /// <inheritdoc/>
    public override string Render(IReadOnlyList<ChatMessage> messages, string? system = null, string bos = "", string eos = "")
    {
        ArgumentNullException.ThrowIfNull(messages);
        Dictionary<string, string> tokens = new() { ["bos_token"] = bos, ["eos_token"] = eos };
        return _chat.Render([.. Conversation(messages, system).Select(message => MessageOf(message, message.Content))],
            new JinjaChatArguments { SpecialTokens = tokens });
    }

    /// <summary>The token that the template writes behind an answer, else the tokenizer's last token.</summary>
    public override int? EosTokenId(HubTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return EndOfAnswer(tokenizer) ?? tokenizer.EosTokenId;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> StopTokenIds(HubTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return [.. new[] { EndOfAnswer(tokenizer), tokenizer.EosTokenId }.OfType<int>().Distinct()];
    }

    private int? EndOfAnswer(HubTokenizer tokenizer)
    {
        ChatMessage question = new("user", "a"), answer = new("assistant", "b");
        try
        {
            foreach (int id in EncodeOneTurn(tokenizer, [question, answer]).Response)
                if (tokenizer.IsSpecial(id)) return id;
        }
        catch (InputException)
        {
            // A template that refuses so short a conversation says nothing about ends.
        }
        return null;
    }

    private IEnumerable<ChatMessage> Conversation(IEnumerable<ChatMessage> messages, string? system)
    {
        if (string.IsNullOrEmpty(system)) system = DefaultSystem;
        bool first = true;
        foreach (ChatMessage message in messages)
        {
            if (first && message.Role != "system" && system.Length > 0) yield return new ChatMessage("system", system);
            yield return first && message is { Role: "system", Content.Length: 0 } ? message with { Content = system } : message;
            first = false;
        }
    }

    private static JsonObject MessageOf(ChatMessage message, string content)
    {
        JsonObject keys = message.Role == "function"
            ? new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = CallsOf(content) }
            : new JsonObject { ["role"] = message.Role == "observation" ? "tool" : message.Role, ["content"] = content };
        foreach ((string key, JsonNode? value) in message.Others) keys[key] = value?.DeepClone();
        return keys;
    }

    private static JsonNode? ToolsOf(string? tools)
    {
        if (string.IsNullOrEmpty(tools)) return null;
        try
        {
            return JsonNode.Parse(tools);
        }
        catch (JsonException e)
        {
            throw new InputException($"tools: not JSON: {e.Message}", e);
        }
    }

    private static JsonArray CallsOf(string content)
    {
        try
        {
            JsonNode? calls = JsonNode.Parse(content);
            return [.. (calls as JsonArray ?? [calls]).Select(call => new JsonObject
            {
                ["type"] = "function",
                ["function"] = call!.DeepClone(),
            })];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InputException($"conversation: a call of tools is not JSON with a name and arguments: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> SpecialTokens(HubTokenizer tokenizer)
    {
        Dictionary<string, string> tokens = [];
        Add("bos_token", tokenizer.BosToken);
        Add("eos_token", tokenizer.EosToken);
        Add("pad_token", tokenizer.PadToken);
        Add("unk_token", tokenizer.UnkToken);
        return tokens;

        void Add(string name, string? spelling)
        {
            if (spelling is not null) tokens[name] = spelling;
        }
    }

    /// <summary>A conversation as text and ids.</summary>
    private sealed class Rendering
    {
        private readonly HubTokenizer _tokenizer;
        private readonly string _text;
        private readonly IReadOnlyList<TextRange> _untrusted;

        private Rendering(HubTokenizer tokenizer, string text, IReadOnlyList<TextRange> untrusted)
        {
            (_tokenizer, _text, _untrusted) = (tokenizer, text, untrusted);
            Ids = tokenizer.Encode(text, untrusted);
        }

        public int[] Ids { get; }

        public static Rendering Of(JinjaChatTemplate template, HubTokenizer tokenizer, IEnumerable<ChatMessage> messages, string? system,
            string? tools, bool opensAnswer)
        {
            ArgumentNullException.ThrowIfNull(tokenizer);
            UntrustedText guard = new(tokenizer, template.Jinja);
            string rendered = template._chat.Render([.. template.Conversation(messages, system).Select(Guarded)],
                new JinjaChatArguments
                {
                    AddGenerationPrompt = opensAnswer,
                    SpecialTokens = SpecialTokens(tokenizer),
                    Tools = ToolsOf(tools),
                    Others = template.Thinking is false
                        ? new Dictionary<string, JsonNode?> { ["enable_thinking"] = false } : new Dictionary<string, JsonNode?>(),
                });
            if (template.ControlTokens == ControlTokens.Nowhere)
                return new Rendering(tokenizer, rendered, [new TextRange(0, int.MaxValue)]);
            (string text, IReadOnlyList<TextRange> untrusted) = guard.Restore(rendered);
            return new Rendering(tokenizer, text, untrusted);

            JsonNode? Guarded(ChatMessage message) => template.ControlTokens != ControlTokens.OfTemplate
                ? MessageOf(message, message.Content)
                : message.Marks.Count == 0 ? guard.Protect(MessageOf(message, message.Content))
                : MessageOf(message, guard.Protect(message.Content, message.Marks));
        }

        /// <summary>How many ids both have in common at the beginning.</summary>
        public int CommonIds(Rendering other) => Ids.AsSpan().CommonPrefixLength(other.Ids);

        /// <summary>Where an answer stands among the ids.</summary>
        /// <param name="before">The conversation before it.</param>
        /// <param name="after">The conversation that ends with it.</param>
        public (int Start, int End) PlaceOf(Rendering before, Rendering after)
        {
            int start = CommonIds(before), end = CommonIds(after);
            if (end > start || !_text.StartsWith(before._text, StringComparison.Ordinal)
                || !after._text.StartsWith(before._text, StringComparison.Ordinal)) return (start, end);
            // Some templates write more into the last answer, an empty thought for example, than into earlier ones.
            string answer = after._text[before._text.Length..];
            ReadOnlySpan<char> rest = _text.AsSpan(before._text.Length);
            for (int cut = 1; !answer.AsSpan(cut).IsWhiteSpace(); cut++)
                if (rest.StartsWith(answer.AsSpan(cut), StringComparison.Ordinal))
                    return (start, CommonIds(new Rendering(_tokenizer, _text[..(before._text.Length + answer.Length - cut)], _untrusted)));
            return (start, end);
        }
    }
}
