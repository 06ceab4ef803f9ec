using System.Text;

namespace Pipeline.Models.Text;

/// <summary>
/// How a conversation becomes the token ids that a model was trained on, with the strings, the ids and the split into
/// prompt and response of LLaMA-Factory's template of the same name. Every slot is encoded separately, as there.
/// </summary>
public record ChatTemplate
{
    private const string UsualEndOfText = "<|endoftext|>";

    internal ChatTemplate(string name) => Name = name;

    /// <summary>Names that <see cref="Get"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => [.. ChatTemplates.All.Keys];

    /// <summary>LLaMA-Factory's name, for example <c>phi4_mini</c>.</summary>
    public string Name { get; }

    /// <summary>System message for conversations without one; empty for none.</summary>
    public string DefaultSystem { get; internal init; } = "";

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<string> StopWords { get; internal init; } = [];

    /// <summary>Whether the first stop word replaces the tokenizer's end-of-text token.</summary>
    public bool ReplaceEos { get; internal init; }

    /// <summary>What control tokens inside messages become.</summary>
    public ControlTokens ControlTokens { get; init; } = ControlTokens.OfTemplate;

    /// <summary>What tells the template from every other, for caches of what was made with it.</summary>
    internal virtual string Identity => $"{Name} {DefaultSystem}";

    internal TemplateSlot[] Prefix { get; init; } = [];

    internal TemplateSlot[] User { get; init; } = ["{{content}}"];

    internal TemplateSlot[] Assistant { get; init; } = ["{{content}}", TemplateSlot.Eos];

    internal TemplateSlot[] System { get; init; } = ["{{content}}"];

    internal TemplateSlot[]? Observation { get; init; }

    /// <summary>Whether a system message goes inside the first question, in front of its text, instead of before it.</summary>
    internal bool IsSystemInQuestion { get; init; }

    /// <summary>The template of that name.</summary>
    /// <exception cref="InputException">No template has the name; the message lists those that exist.</exception>
    public static ChatTemplate Get(string name) =>
        ChatTemplates.All.TryGetValue(name, out ChatTemplate? template)
            ? template
            : throw new SettingsException("template", $"'{name}' is not known; use one of {string.Join(", ", Names.Order())}");

    /// <summary>The same template with another system message for conversations without one.</summary>
    /// <param name="system">The message, empty for none; null changes nothing.</param>
    public ChatTemplate WithDefaultSystem(string? system) => system is null ? this : this with { DefaultSystem = system };

    /// <summary>One (prompt, response) pair of ids per turn; the first prompt carries prefix and system message.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="messages">User (or observation) and assistant messages in turn, with or without a leading system message.</param>
    /// <param name="system">
    /// System message when <paramref name="messages"/> has none; null or empty takes <see cref="DefaultSystem"/>.
    /// </param>
    /// <exception cref="InputException">The roles do not alternate, or the tokenizer lacks a stop word.</exception>
    public virtual IReadOnlyList<(int[] Prompt, int[] Response)> EncodeMultiTurn(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null)
    {
        int[][] encoded = EncodeEach(tokenizer, messages, system);
        if (encoded.Length == 0 || encoded.Length % 2 != 0)
            throw new InputException(
                $"conversation: it has {encoded.Length} messages without the system's; each question needs one answer");
        return [.. encoded.Chunk(2).Select(pair => (pair[0], pair[1]))];
    }

    /// <summary>Everything before the last answer, and the last answer.</summary>
    /// <inheritdoc cref="EncodeMultiTurn"/>
    public virtual (int[] Prompt, int[] Response) EncodeOneTurn(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null)
    {
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = EncodeMultiTurn(tokenizer, messages, system);
        return ([.. turns.SkipLast(1).SelectMany(turn => (int[])[.. turn.Prompt, .. turn.Response]), .. turns[^1].Prompt],
            turns[^1].Response);
    }

    /// <summary>Ids to generate from: the conversation up to where the next answer begins.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="messages">As in <see cref="EncodeMultiTurn"/>, ending with the user's message.</param>
    /// <param name="system">As in <see cref="EncodeMultiTurn"/>.</param>
    /// <exception cref="InputException">The roles do not alternate or the last message is the assistant's.</exception>
    public virtual int[] EncodePrompt(HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null)
    {
        int[][] encoded = EncodeEach(tokenizer, messages, system);
        if (encoded.Length % 2 == 0)
            throw new InputException($"conversation: the last of its {messages.Count} messages must be the user's");
        return [.. encoded.SelectMany(ids => ids)];
    }

    /// <summary>Ids to generate from after any history that a client sends: <see cref="AlternatingTurns"/> puts it in order.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="messages">The history.</param>
    /// <exception cref="InputException">The last message is the assistant's, or the template refuses the history.</exception>
    public virtual int[] EncodeHistory(HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages) =>
        EncodePrompt(tokenizer, AlternatingTurns.Of(messages));

    /// <summary>The conversation as text, for people and logs; ids come from the encoding methods.</summary>
    /// <param name="messages">As in <see cref="EncodeMultiTurn"/>, of any length.</param>
    /// <param name="system">As in <see cref="EncodeMultiTurn"/>.</param>
    /// <param name="bos">Spelling of the tokenizer's first token, if it has one.</param>
    /// <param name="eos">Spelling of its last token; ignored where the template replaces it.</param>
    public virtual string Render(IReadOnlyList<ChatMessage> messages, string? system = null, string bos = "", string eos = "")
    {
        StringBuilder text = new();
        foreach (TemplateSlot slot in Format(messages, system).SelectMany(slots => slots))
            text.Append(slot.Kind switch
            {
                TemplateSlot.SlotKind.Bos => bos,
                TemplateSlot.SlotKind.Eos => ReplaceEos ? StopWords[0] : eos,
                _ => slot.Text,
            });
        return text.ToString();
    }

    /// <summary>The id that ends an answer, or null when the tokenizer has none.</summary>
    /// <exception cref="InputException">The template's own end token is not in the vocabulary.</exception>
    public virtual int? EosTokenId(HubTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (!ReplaceEos) return tokenizer.EosTokenId ?? tokenizer.TokenToId(UsualEndOfText);
        return tokenizer.TokenToId(StopWords[0]) ?? throw new SettingsException("template",
            $"'{Name}' ends answers with {StopWords[0]}, which the model's tokenizer lacks; choose the template of that model");
    }

    /// <summary>The ids at which generation stops: the end token and those stop words that the vocabulary has.</summary>
    public virtual IReadOnlyList<int> StopTokenIds(HubTokenizer tokenizer)
    {
        IEnumerable<int?> ids = [EosTokenId(tokenizer), .. StopWords.Select(tokenizer.TokenToId)];
        return [.. ids.OfType<int>().Distinct()];
    }

    private int[][] EncodeEach(HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system)
    {
        int? eos = EosTokenId(tokenizer);
        return [.. Format(messages, system).Select(slots => (int[])[.. slots.SelectMany(slot => slot.Kind switch
        {
            TemplateSlot.SlotKind.Bos => One(tokenizer.BosTokenId),
            TemplateSlot.SlotKind.Eos => One(eos),
            _ => tokenizer.Encode(slot.Text),
        })])];

        static int[] One(int? id) => id is int known ? [known] : [];
    }

    private IEnumerable<IEnumerable<TemplateSlot>> Format(IReadOnlyList<ChatMessage> messages, string? system)
    {
        ArgumentNullException.ThrowIfNull(messages);
        bool leading = messages.Count > 0 && messages[0].Role == "system";
        if (leading) system = messages[0].Content;
        if (string.IsNullOrEmpty(system)) system = DefaultSystem;

        int first = leading ? 1 : 0;
        for (int i = first; i < messages.Count; i++)
        {
            TemplateSlot[] slots = SlotsOf(messages[i], isAnswer: (i - first) % 2 == 1, number: i + 1);
            string content = messages[i].Content;
            if (i == first && IsSystemInQuestion && system.Length > 0)
            {
                content = string.Concat(System.Select(slot => slot.With(system).Text)) + content;
                system = "";
            }
            IEnumerable<TemplateSlot> formatted = slots.Select(slot => slot.With(content));
            if (i > first) yield return formatted;
            else if (system.Length == 0) yield return Prefix.Concat(formatted);
            else yield return Prefix.Concat(System.Select(slot => slot.With(system))).Concat(formatted);
        }
    }

    private TemplateSlot[] SlotsOf(ChatMessage message, bool isAnswer, int number) => (message.Role, isAnswer) switch
    {
        ("user", false) => User,
        ("observation" or "tool", false) => Observation ?? User,
        ("assistant" or "function", true) => Assistant,
        _ => throw new InputException(
            $"conversation: message {number} has the role '{message.Role}'; expected {(isAnswer ? "assistant" : "user or observation")} "
            + $"at this place"),
    };
}
