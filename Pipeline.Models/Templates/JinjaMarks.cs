using System.Text.RegularExpressions;
using Pipeline.Models.Text;

namespace Pipeline.Models.Templates;

/// <summary>
/// Recognises the Jinja templates of known models. They are not run: they are told apart by the control tokens they write,
/// whether lines break after them, and the default system message.
/// </summary>
internal static partial class JinjaMarks
{
    private const int WordsOfProse = 4, LongestQuote = 80;

    /// <summary>A known template, and how the model's own differs from it.</summary>
    /// <param name="Name">LLaMA-Factory's name.</param>
    /// <param name="Difference">How prompts of the model's own template differ; null when they are the same.</param>
    public readonly record struct Known(string Name, string? Difference);

    /// <summary>The known template that a Jinja template corresponds to, or null.</summary>
    /// <param name="jinja">Text of the Jinja template.</param>
    /// <param name="hasBos">Whether the model's tokenizer has a first token, which the template may write.</param>
    public static Known? Recognize(string jinja, bool hasBos)
    {
        bool Has(string mark) => jinja.Contains(mark, StringComparison.Ordinal);
        string[] literals = [.. Blocks().Matches(jinja).SelectMany(block => Literals().Matches(block.Value)).Select(Unescaped)];
        if (Has("<|start_header_id|>") && Has("<|eot_id|>"))
            return new Known("llama3", Has("Today Date") ? "it writes dates into every system message" : null);
        string? first = hasBos && Has("bos_token") ? "it begins with the tokenizer's first token" : null;
        if (Has("<|im_start|>") && Has("<|im_end|>"))
            return Has("<|im_sep|>") ? new Known("phi4", first) : ChatMl(jinja, literals, first);
        if (Has("<|end|>") && Has("<|assistant|>"))
            return new Known(literals.Any(BreaksLine) ? "phi" : "phi4_mini", first);
        return null;
    }

    // The members of this family differ in their default system message.
    private static Known ChatMl(string jinja, string[] literals, string? difference)
    {
        string[] prose = [.. literals.Concat(InlineSystem().Matches(jinja).Select(m => m.Groups["text"].Value)).Where(IsProse)];
        foreach (string name in (string[])["qwen", "qwen2_vl"])
        {
            string own = ChatTemplate.Get(name).DefaultSystem;
            if (prose.Length > 0 && prose.All(text => text.Contains(own, StringComparison.Ordinal)))
                return new Known(name, difference);
        }
        if (prose.Length == 0)
            return new Known("chatml", difference);
        string system = $"where no system message is given it writes its own (\"{Shortened(prose[0])}\")";
        return new Known("chatml", difference is null ? system : $"{system}, and {difference}");
    }

    // Tool instructions and error messages are not system messages.
    private static bool IsProse(string text) =>
        text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length >= WordsOfProse
        && !text.Contains("tool", StringComparison.OrdinalIgnoreCase) && !text.Contains("function", StringComparison.OrdinalIgnoreCase);

    // Phi-3 breaks the line after each mark, Phi-4-mini never does.
    private static bool BreaksLine(string literal) => literal == "\n" || literal.Contains("|>\n", StringComparison.Ordinal);

    private static string Unescaped(Match literal) =>
        literal.Groups["text"].Value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal)
            .Replace("\\\"", "\"", StringComparison.Ordinal);

    private static string Shortened(string text)
    {
        string bare = Marks().Replace(text, "").Replace("system\n", "", StringComparison.Ordinal).Trim();
        return bare.Length <= LongestQuote ? bare : bare[..LongestQuote] + "...";
    }

    [GeneratedRegex(@"\{[{%].*?[%}]\}", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    // raise_exception's text never reaches a prompt.
    [GeneratedRegex("""(?<!raise_exception\(\s*)(?:'(?<text>(?:[^'\\]|\\.)*)'|"(?<text>(?:[^"\\]|\\.)*)")""", RegexOptions.Singleline)]
    private static partial Regex Literals();

    // Written as text of the template, outside its blocks.
    [GeneratedRegex(@"<\|im_start\|>system(?:\\n|\n)(?<text>[^'""{<]+)<\|im_end\|>")]
    private static partial Regex InlineSystem();

    [GeneratedRegex(@"<\|[a-z_]+\|>")]
    private static partial Regex Marks();
}
