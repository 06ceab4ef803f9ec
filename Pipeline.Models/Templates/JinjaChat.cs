using System.Text.Json.Nodes;
using Pipeline.Models.Jinja;

namespace Pipeline.Models.Templates;

/// <summary>
/// Conversations as text by a model's own Jinja template, as transformers' <c>apply_chat_template</c> renders them. Safe for
/// concurrent use.
/// </summary>
internal sealed class JinjaChat
{
    private readonly JinjaTemplate _template;
    private readonly string _source;

    /// <param name="text">The template.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="time">Clock of the template; null for the machine's.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public JinjaChat(string text, string source, TimeProvider? time = null)
    {
        _source = source;
        try
        {
            _template = JinjaTemplate.Parse(text, time);
        }
        catch (JinjaException e)
        {
            throw new InputException($"{source}: the model's chat template cannot be used: {e.Message}; name another one as template "
                + "(--template)", e);
        }
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">Objects with <c>role</c>, <c>content</c> and whatever the template knows beside them.</param>
    /// <param name="arguments">Everything else.</param>
    /// <exception cref="InputException">
    /// The template refuses the conversation, in which case the message is its own text, or fails on it.
    /// </exception>
    public string Render(JsonArray messages, JinjaChatArguments arguments)
    {
        try
        {
            Dictionary<string, object?> names = new(StringComparer.Ordinal);
            foreach ((string token, string spelling) in arguments.SpecialTokens) names[token] = spelling;
            foreach ((string name, JsonNode? value) in arguments.Others) names[name] = JinjaTemplate.ValueOf(value);
            names["messages"] = new JinjaList([.. messages.Select(ValueOf)]);
            names["tools"] = JinjaTemplate.ValueOf(arguments.Tools);
            names["documents"] = null;
            names["add_generation_prompt"] = arguments.AddGenerationPrompt;
            string text = _template.Render(names);
            return arguments.ContinueFinalMessage ? CutBehind(text, messages) : text;
        }
        catch (JinjaRefusal refusal)
        {
            throw new InputException(refusal.Message, refusal);
        }
        catch (JinjaException e)
        {
            throw new InputException($"{_source}: the model's chat template fails on this conversation: {e.Message}", e);
        }
    }

    // Keys without a value are left out, and a thought is found under its usual name.
    private static JinjaDict ValueOf(JsonNode? message)
    {
        if (message is not JsonObject keys) throw new InputException("conversation: a message must be an object");
        JinjaDict dict = new();
        foreach ((string key, JsonNode? value) in keys)
            if (value is not null) dict[key] = JinjaTemplate.ValueOf(value);
        if (keys["reasoning_content"] is null && (keys["reasoning"] ?? keys["thinking"]) is { } thought)
            dict["reasoning_content"] = JinjaTemplate.ValueOf(thought);
        return dict;
    }

    private static string CutBehind(string text, JsonArray messages)
    {
        JsonNode? content = messages[^1]?["content"];
        string final = content switch
        {
            JsonArray parts => (string?)parts.LastOrDefault(part => part?["text"] is not null)?["text"],
            _ => (string?)content,
        } ?? throw new InputException("continue_final_message: the last message has no text to continue");
        string bare = PythonStrings.Strip(final, null, left: true, right: true);
        int at = text.LastIndexOf(bare, StringComparison.Ordinal);
        if (bare.Length == 0 || at < 0)
            throw new InputException("continue_final_message: the model's chat template does not write the last message as it is");
        // Where the template kept the blanks behind the message, they are kept too.
        string open = PythonStrings.Strip(final, null, left: true, right: false);
        bool kept = string.CompareOrdinal(text, at, final, 0, open.Length) == 0 && at + open.Length <= text.Length;
        return text[..(at + (kept ? open.Length : bare.Length))];
    }
}
