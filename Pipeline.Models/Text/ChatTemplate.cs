using System.Text;
using Pipeline.Models.Text.Tools;

namespace Pipeline.Models.Text;

/// <summary>
/// How a conversation becomes the token ids that a model was trained on, with the strings, the ids and the split into
/// prompt and response of LLaMA-Factory's template of the same name. Every slot is encoded separately, as there.
/// </summary>
public record ChatTemplate
{
    /// <summary>What ends a text where the tokenizer names nothing.</summary>
    internal const string UsualEndOfText = "<|endoftext|>";

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

    internal TemplateSlot[] Prefix { get; init; } = [];

    internal TemplateSlot[] User { get; init; } = ["{{content}}"];

    internal TemplateSlot[] Assistant { get; init; } = ["{{content}}", TemplateSlot.Eos];

    internal TemplateSlot[] System { get; init; } = ["{{content}}"];

    internal TemplateSlot[]? Observation { get; init; }

    /// <summary>Of a message that calls tools; null for the slots of an answer.</summary>
    internal TemplateSlot[]? Function { get; init; }

    /// <summary>How tools are described and called.</summary>
    internal ToolFormat Tools { get; init; } = ToolFormat.Get("default");

    /// <summary>Where the descriptions of tools go as they are; null for the words of <see cref="Tools"/>.</summary>
    internal TemplateSlot? ToolsAsGiven { get; init; }

    /// <summary>Whether a system message goes inside the first question, in front of its text, instead of before it.</summary>
    internal bool IsSystemInQuestion { get; init; }

    /// <summary>
    /// Whether a single end token stands behind the whole conversation, and questions after the first are learned to begin with it.
    /// </summary>
    internal bool EndsOnce { get; init; }

    /// <summary>Whether answers think first, so that one without a thought gets an empty one.</summary>
    internal bool Thinks { get; init; }

    /// <summary>What opens an answer's thought, and what closes it.</summary>
    internal (string Open, string Close) Thought { get; init; } = ("<think>\n", "\n</think>\n\n");

    /// <summary>
    /// Of a template that thinks: true has the empty thought learned, null makes it part of the question, false takes all thoughts out.
    /// </summary>
    public bool? Thinking { get; init; } = true;

    /// <summary>Whether thoughts of earlier answers stay in a prompt.</summary>
    public bool KeepsThoughts { get; init; }

    /// <summary>What control tokens inside messages become.</summary>
    public ControlTokens ControlTokens { get; init; } = ControlTokens.OfTemplate;

    /// <summary>What tells the template from every other, for caches of what was made with it.</summary>
    internal virtual string Identity => $"{Name} {DefaultSystem}";

    /// <summary>Text of a model's own template; null for one that has a name here.</summary>
    internal virtual string? Jinja => null;

    /// <summary>The day that some formats tell a model that has tools; null for today.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The template of that name.</summary>
    /// <exception cref="InputException">No template has the name; the message lists those that exist.</exception>
    public static ChatTemplate Get(string name) =>
        ChatTemplates.All.TryGetValue(name, out ChatTemplate? template)
            ? template
            : throw new SettingsException("template", $"'{name}' is not known; use one of {string.Join(", ", Names.Order())}");

    /// <summary>The same template with another system message for conversations without one.</summary>
    /// <param name="system">The message, empty for none; null changes nothing.</param>
    public ChatTemplate WithDefaultSystem(string? system) => system is null ? this : this with { DefaultSystem = system };

    /// <summary>The same template with tools described and called in another format.</summary>
    /// <param name="name">LLaMA-Factory's name of the format (<c>tool_format</c>); null changes nothing.</param>
    /// <exception cref="SettingsException">No format has the name.</exception>
    public ChatTemplate WithToolFormat(string? name) => name is null ? this : this with
    {
        Tools = ToolFormat.Get(name),
        ToolsAsGiven = null,
        Function = EndsOnce ? ["{{content}}"] : ["{{content}}", TemplateSlot.Eos],
    };

    /// <summary>One (prompt, response) pair of ids per turn; the first prompt carries prefix and system message.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="messages">User (or observation) and assistant messages in turn, with or without a leading system message.</param>
    /// <param name="system">
    /// System message when <paramref name="messages"/> has none; null or empty takes <see cref="DefaultSystem"/>.
    /// </param>
    /// <param name="tools">Descriptions of tools, a JSON list; null or empty for none.</param>
    /// <param name="dropsThoughts">Takes the thoughts out of all answers but the last, where the template thinks.</param>
    /// <exception cref="InputException">The roles do not alternate, the tokenizer lacks a stop word, or a call is not JSON.</exception>
    public virtual IReadOnlyList<(int[] Prompt, int[] Response)> EncodeMultiTurn(HubTokenizer tokenizer,
        IReadOnlyList<ChatMessage> messages,
        string? system = null, string? tools = null, bool dropsThoughts = false)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<ChatMessage> turns = Thinks ? ThoughtRules.Prepared(this, messages, dropsThoughts) : messages;
        int[][] encoded = EncodeEach(tokenizer, turns, system, tools);
        if (encoded.Length == 0 || encoded.Length % 2 != 0)
            throw new InputException(
                $"conversation: it has {encoded.Length} messages without the system's; each question needs one answer");
        if (Thinks) ThoughtRules.AddEmpty(this, tokenizer, encoded, turns, lastOnly: dropsThoughts);
        return [.. encoded.Chunk(2).Select(pair => (pair[0], pair[1]))];
    }

    /// <summary>
    /// Everything before the last answer, and the last answer; of any role, since pairs of answers are taken as they are.
    /// </summary>
    /// <inheritdoc cref="EncodeMultiTurn"/>
    public virtual (int[] Prompt, int[] Response) EncodeOneTurn(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null, string? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        // Unlike in several turns, earlier answers get no empty thought here.
        IReadOnlyList<ChatMessage> turns = Thinks ? ThoughtRules.ForLastAnswer(this, messages) : messages;
        int[][] encoded = EncodeEach(tokenizer, turns, system, tools, anyRole: true);
        if (encoded.Length == 0 || encoded.Length % 2 != 0)
            throw new InputException(
                $"conversation: it has {encoded.Length} messages without the system's; each question needs one answer");
        if (Thinks) ThoughtRules.AddEmpty(this, tokenizer, encoded, turns, lastOnly: true);
        return ([.. encoded.SkipLast(1).SelectMany(ids => ids)], encoded[^1]);
    }

    /// <summary>Ids to generate from: the conversation up to where the next answer begins.</summary>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="messages">As in <see cref="EncodeMultiTurn"/>, ending with the user's message.</param>
    /// <param name="system">As in <see cref="EncodeMultiTurn"/>.</param>
    /// <param name="tools">As in <see cref="EncodeMultiTurn"/>.</param>
    /// <exception cref="InputException">The roles do not alternate or the last message is the assistant's.</exception>
    public virtual int[] EncodePrompt(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system = null, string? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        int[][] encoded = EncodeEach(tokenizer, Thinks ? ThoughtRules.ForPrompt(this, messages) : messages, system, tools);
        if (encoded.Length % 2 == 0)
            throw new InputException($"conversation: the last of its {messages.Count} messages must be the user's");
        return [.. encoded.SelectMany(ids => ids), .. Thinks && Thinking is not true ? ThoughtRules.EmptyThought(this, tokenizer) : []];
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
        foreach (FilledSlot slot in Format(messages, system, tools: null).SelectMany(slots => slots))
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

    private int[][] EncodeEach(
        HubTokenizer tokenizer, IReadOnlyList<ChatMessage> messages, string? system, string? tools, bool anyRole = false)
    {
        int? eos = EosTokenId(tokenizer);
        return [.. Format(messages, system, tools, anyRole).Select(slots => (int[])[.. slots.SelectMany(slot => slot.Kind switch
        {
            TemplateSlot.SlotKind.Bos => One(tokenizer.BosTokenId),
            TemplateSlot.SlotKind.Eos => One(eos),
            _ => SlotEncoder.Encode(tokenizer, slot.Parts, ControlTokens),
        })])];

        static int[] One(int? id) => id is int known ? [known] : [];
    }

    private IEnumerable<IEnumerable<FilledSlot>> Format(
        IReadOnlyList<ChatMessage> messages, string? system, string? tools, bool anyRole = false)
    {
        ArgumentNullException.ThrowIfNull(messages);
        bool leading = messages.Count > 0 && messages[0].Role == "system";
        if (leading) system = messages[0].Content;
        if (string.IsNullOrEmpty(system)) system = DefaultSystem;
        bool hasSystem = system.Length > 0 || !string.IsNullOrEmpty(tools);
        TextPart[] instructions = [TextPart.Content(system), .. string.IsNullOrEmpty(tools) ? [] : DescribeTools(tools)];

        int first = leading ? 1 : 0;
        for (int i = first; i < messages.Count; i++)
        {
            TemplateSlot[] slots = SlotsOf(messages[i], anyRole ? null : (i - first) % 2 == 1, number: i + 1);
            IReadOnlyList<TextPart> content = messages[i].Role == "function" ? Calls(messages[i].Content, i + 1)
                : TextPart.Of(messages[i]);
            bool opens = i == first && hasSystem;
            if (opens && IsSystemInQuestion && messages[i].Role == "user")
                content = [.. System.SelectMany(slot => slot.With(instructions).Parts), .. content];
            IEnumerable<FilledSlot> formatted = slots.Select(slot => slot.With(content));
            if (i > first) yield return formatted;
            else if (!opens || IsSystemInQuestion) yield return Prefix.Select(slot => slot.AsItStands()).Concat(formatted);
            else
                yield return Prefix.Select(slot => slot.AsItStands()).Concat(System.Select(slot => slot.With(instructions)))
                    .Concat(formatted);
        }
    }

    private IReadOnlyList<TextPart> DescribeTools(string tools)
    {
        if (ToolsAsGiven is { } slot) return slot.With([TextPart.Content(tools)]).Parts;
        try
        {
            return Tools.Describe(tools, Day ?? DateOnly.FromDateTime(TimeProvider.System.GetLocalNow().Date));
        }
        catch (FormatException e)
        {
            throw new InputException($"tools: {e.Message}", e);
        }
    }

    private IReadOnlyList<TextPart> Calls(string content, int number)
    {
        try
        {
            return CallText.Rewrite(content, Tools, IsSystemInQuestion ? null : Thought);
        }
        catch (FormatException e)
        {
            throw new InputException($"conversation: message {number}, a call of tools: {e.Message}", e);
        }
    }

    // Whether the message stands in the place of an answer; null where any role may stand there.
    private TemplateSlot[] SlotsOf(ChatMessage message, bool? isAnswer, int number) => (message.Role, isAnswer) switch
    {
        ("user", not true) => User,
        ("observation" or "tool", not true) => Observation ?? User,
        ("assistant", not false) => Assistant,
        ("function", not false) => Function ?? Assistant,
        _ => throw new InputException(
            $"conversation: message {number} has the role '{message.Role}'; expected "
            + $"{(isAnswer == true ? "assistant" : "user or observation")} at this place"),
    };
}
