namespace Pipeline.Tools.Starter.Tokenizer;

/// <summary>What a family's tokenizer looks like: how it splits text, and its special tokens in order of their ids.</summary>
/// <param name="Pattern">Pre-tokenizer expression.</param>
/// <param name="ComposesCanonically">Whether text is brought to NFC.</param>
/// <param name="SpecialTokens">Special tokens; they take the last ids.</param>
/// <param name="EndOfText">The special token that ends a text.</param>
/// <param name="EndOfTurn">The special token that ends an answer.</param>
internal sealed record TokenizerStyle(
    string Pattern, bool ComposesCanonically, IReadOnlyList<string> SpecialTokens, string EndOfText, string EndOfTurn)
{
    /// <summary>As Phi-4-mini: the expression of GPT-4o's tokenizer, Phi's chat tokens.</summary>
    public static TokenizerStyle Phi4Mini { get; } = new(
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ComposesCanonically: false,
        ["<|endoftext|>", "<|endofprompt|>", "<|assistant|>", "<|end|>", "<|user|>", "<|system|>", "<|tool|>", "<|/tool|>"],
        "<|endoftext|>", "<|end|>");

    /// <summary>As Qwen2-VL: single digits, NFC, chat and vision tokens.</summary>
    public static TokenizerStyle Qwen2Vl { get; } = new(
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ComposesCanonically: true,
        [
            "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
            "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
            "<|image_pad|>", "<|video_pad|>",
        ],
        "<|endoftext|>", "<|im_end|>");
}
