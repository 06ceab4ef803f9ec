using System.Text;

namespace Pipeline.Models.Text;

/// <summary>
/// Turns ids into text as they arrive and never emits half a character: bytes of an unfinished UTF-8 sequence wait for
/// the next id. Not safe for concurrent use.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly HubTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    internal StreamingDecoder(HubTokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that this id completes; empty while a character is unfinished.</summary>
    public string Add(int id) =>
        _skipSpecialTokens && _tokenizer.IsSpecial(id) ? "" : Convert(_tokenizer.BytesOf(id), flush: false);

    /// <summary>What is left at the end: U+FFFD when the last character was never completed, otherwise empty.</summary>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        char[] characters = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, characters, flush);
        return new string(characters);
    }
}
