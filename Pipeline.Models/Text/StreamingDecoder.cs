using Pipeline.Models.Tokenizers;

namespace Pipeline.Models.Text;

/// <summary>
/// Turns ids into text as they arrive and never emits half a character: bytes of an unfinished UTF-8 sequence wait for
/// the next id. Not safe for concurrent use.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly HubTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly TokenDecoder.Run _run;

    internal StreamingDecoder(HubTokenizer tokenizer, bool skipSpecialTokens, TokenDecoder.Run run)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _run = run;
    }

    /// <summary>The text that this id completes; empty while a character is unfinished, and for ids beyond the vocabulary.</summary>
    public string Add(int id) =>
        _tokenizer.SpellingOf(id) is not { } token || (_skipSpecialTokens && _tokenizer.IsSpecial(id)) ? "" : _run.Add(token);

    /// <summary>What is left at the end: U+FFFD when the last character was never completed, otherwise empty.</summary>
    public string Finish() => _run.Finish();
}
