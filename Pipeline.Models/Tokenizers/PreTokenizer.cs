using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// Cuts text into the pieces inside which merges may happen, one step inside the other. Reference: tokenizers, pre_tokenizers.
/// </summary>
internal sealed class PreTokenizer
{
    /// <summary>GPT-2's expression, which ByteLevel uses when <c>use_regex</c> is true.</summary>
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly List<Step> _steps = [];

    /// <summary>Takes one piece.</summary>
    public delegate void PieceHandler(ReadOnlySpan<char> piece);

    /// <summary>Whether pieces are merged as bytes in GPT-2's alphabet.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>Reads the key <c>pre_tokenizer</c>.</summary>
    /// <exception cref="InputException">A step is not computed here.</exception>
    public static PreTokenizer Read(TokenizerJson file, JsonElement element)
    {
        PreTokenizer pre = new();
        foreach ((JsonElement step, string key) in TokenizerJson.StepsOf(element, "pre_tokenizer", "pretokenizers"))
            pre.ReadStep(file, step, key);
        return pre;
    }

    /// <summary>Calls <paramref name="onPiece"/> with each piece from left to right.</summary>
    /// <param name="text">Normalized text without added tokens, not empty.</param>
    /// <param name="atStart">Whether it stands at the very start of the whole text.</param>
    /// <param name="onPiece">Takes the pieces.</param>
    public void Split(string text, bool atStart, PieceHandler onPiece) => Run(text, atStart, 0, onPiece);

    private void Run(string text, bool atStart, int step, PieceHandler onPiece)
    {
        if (step == _steps.Count)
        {
            onPiece(text);
            return;
        }
        (Func<string, bool, string>? change, TextSplitter? splitter) = _steps[step];
        if (change is not null) text = change(text, atStart);
        bool last = step == _steps.Count - 1;
        if (splitter is null)
            Run(text, atStart, step + 1, onPiece);
        else if (last)
            splitter.Split(text, range => onPiece(text.AsSpan(range)));
        else
            splitter.Split(text, range => Run(text[range], atStart && range.Start.Value == 0, step + 1, onPiece));
    }

    private void ReadStep(TokenizerJson file, JsonElement step, string key)
    {
        switch (TokenizerJson.TypeOf(step))
        {
            case "ByteLevel":
                IsByteLevel = true;
                if (TokenizerJson.Flag(step, "add_prefix_space", true))
                    _steps.Add(new Step((text, _) => text[0] == ' ' ? text : " " + text, null));
                if (TokenizerJson.Flag(step, "use_regex", true))
                    _steps.Add(new Step(null, new TextSplitter(Gpt2Pattern, keepGaps: true)));
                break;
            case "Digits":
                _steps.Add(new Step(null,
                    new TextSplitter(TokenizerJson.Flag(step, "individual_digits", false) ? @"\p{N}" : @"\p{N}+", keepGaps: true)));
                break;
            case "Split":
                (string pattern, bool isLiteral) = TokenizerJson.PatternOf(step, key);
                _steps.Add(new Step(null, new TextSplitter(
                    file.Compile(isLiteral ? Regex.Escape(pattern) : pattern, $"{key}.pattern"),
                    BehaviorOf(file, step, key), TokenizerJson.Flag(step, "invert", false))));
                break;
            case "Metaspace":
                _steps.Add(ReadMetaspace(file, step, key));
                break;
            default:
                throw file.Unsupported($"{key}.type", TokenizerJson.TypeOf(step), "Sequence, Split, Digits, ByteLevel or Metaspace");
        }
    }

    private static SplitBehavior BehaviorOf(TokenizerJson file, JsonElement split, string key)
    {
        string behavior = split.GetProperty("behavior").GetString()!;
        return Enum.TryParse(behavior, out SplitBehavior known) ? known
            : throw file.Unsupported($"{key}.behavior", behavior, string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    // Spaces become the replacement; one more stands in front by the scheme, unless the text begins with one already.
    private static Step ReadMetaspace(TokenizerJson file, JsonElement step, string key)
    {
        string replacement = step.GetProperty("replacement").GetString()!;
        // Older files say add_prefix_space where newer ones name a scheme.
        string scheme = TokenizerJson.Text(step, "prepend_scheme")
            ?? (TokenizerJson.Flag(step, "add_prefix_space", true) ? "always" : "never");
        if (scheme is not ("always" or "first" or "never"))
            throw file.Unsupported($"{key}.prepend_scheme", scheme, "always, first or never");
        TextSplitter? splitter = TokenizerJson.Flag(step, "split", true)
            ? new TextSplitter(file.Compile(Regex.Escape(replacement), key), SplitBehavior.MergedWithNext, invert: false)
            : null;
        return new Step(Change, splitter);

        string Change(string text, bool atStart)
        {
            text = text.Replace(" ", replacement, StringComparison.Ordinal);
            return (scheme == "always" || (scheme == "first" && atStart)) && !text.StartsWith(replacement, StringComparison.Ordinal)
                ? replacement + text : text;
        }
    }

    /// <summary>One step: what it does to the text, then how it cuts it; either may be missing.</summary>
    private readonly record struct Step(Func<string, bool, string>? Change, TextSplitter? Splitter);
}
