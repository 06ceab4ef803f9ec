using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// How tokens become text again: one stage after the other, each of which may hold back what a later token decides (half a
/// character). Reference: tokenizers, decoders.
/// </summary>
internal sealed class TokenDecoder
{
    private const string Supported = "Sequence, ByteLevel, Replace, ByteFallback, Fuse, Strip or Metaspace";

    private readonly Func<Stage>[] _stages;

    private TokenDecoder(Func<Stage>[] stages) => _stages = stages;

    /// <summary>Reads the key <c>decoder</c>; a byte-level tokenizer without one is decoded as bytes.</summary>
    /// <exception cref="InputException">A step is not computed here.</exception>
    public static TokenDecoder Read(TokenizerJson file, JsonElement decoder, bool isByteLevel)
    {
        List<Func<Stage>> stages = [];
        bool fused = false;
        foreach ((JsonElement step, string key) in TokenizerJson.StepsOf(decoder, "decoder", "decoders"))
        {
            switch (TokenizerJson.TypeOf(step))
            {
                case "ByteLevel":
                    stages.Add(() => new ByteLevelStage());
                    break;
                case "ByteFallback":
                    stages.Add(() => new ByteFallbackStage());
                    break;
                case "Fuse":
                    fused = true;
                    break;
                case "Replace":
                    stages.Add(ReadReplace(file, step, key));
                    break;
                case "Strip":
                    stages.Add(ReadStrip(file, step, key, fused));
                    break;
                case "Metaspace":
                    string replacement = step.GetProperty("replacement").GetString()!;
                    bool drops = (TokenizerJson.Text(step, "prepend_scheme")
                        ?? (TokenizerJson.Flag(step, "add_prefix_space", true) ? "always" : "never")) != "never";
                    stages.Add(() => new MetaspaceStage(replacement, drops));
                    break;
                default:
                    throw file.Unsupported($"{key}.type", TokenizerJson.TypeOf(step), Supported);
            }
        }
        if (stages.Count == 0 && isByteLevel) stages.Add(() => new ByteLevelStage());
        return new TokenDecoder([.. stages]);
    }

    /// <summary>A new text.</summary>
    public Run Start() => new([.. _stages.Select(make => make())]);

    private static Func<Stage> ReadReplace(TokenizerJson file, JsonElement step, string key)
    {
        (string pattern, bool isLiteral) = TokenizerJson.PatternOf(step, key);
        string content = step.GetProperty("content").GetString()!;
        if (!isLiteral) throw file.Unsupported($"{key}.pattern", "an expression", "a String");
        return () => new MapStage(token => token.Replace(pattern, content, StringComparison.Ordinal));
    }

    private static Func<Stage> ReadStrip(TokenizerJson file, JsonElement step, string key, bool fused)
    {
        string content = step.GetProperty("content").GetString()!;
        int start = step.GetProperty("start").GetInt32(), stop = step.GetProperty("stop").GetInt32();
        if (content.Length != 1) throw file.Unsupported($"{key}.content", $"'{content}'", "one character");
        if (fused && stop > 0) throw file.Unsupported($"{key}.stop", $"{stop} behind Fuse", "0 there");
        return fused ? () => new StripTextStage(content[0], start)
            : () => new MapStage(token => WithoutEnd(token[Leading(token, content[0], start)..], content[0], stop));
    }

    private static int Leading(string token, char content, int most)
    {
        int count = 0;
        while (count < most && count < token.Length && token[count] == content) count++;
        return count;
    }

    private static string WithoutEnd(string token, char content, int most)
    {
        int end = token.Length;
        while (most-- > 0 && end > 0 && token[end - 1] == content) end--;
        return token[..end];
    }

    /// <summary>One text in the making. Not safe for concurrent use.</summary>
    public sealed class Run
    {
        private readonly Stage[] _stages;

        internal Run(Stage[] stages) => _stages = stages;

        /// <summary>Text that the token completes.</summary>
        public string Add(string token)
        {
            foreach (Stage stage in _stages)
            {
                if (token.Length == 0) return "";
                token = stage.Add(token);
            }
            return token;
        }

        /// <summary>What is left at the end.</summary>
        public string Finish()
        {
            string rest = "";
            foreach (Stage stage in _stages)
                rest = (rest.Length == 0 ? "" : stage.Add(rest)) + stage.Finish();
            return rest;
        }
    }

    internal abstract class Stage
    {
        public abstract string Add(string token);

        public virtual string Finish() => "";
    }

    private sealed class MapStage(Func<string, string> map) : Stage
    {
        public override string Add(string token) => map(token);
    }

    private sealed class ByteLevelStage : Stage
    {
        private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

        public override string Add(string token) => Convert(ByteLevelAlphabet.BytesOf(token), flush: false);

        public override string Finish() => Convert([], flush: true);

        private string Convert(ReadOnlySpan<byte> bytes, bool flush)
        {
            char[] characters = new char[_utf8.GetCharCount(bytes, flush)];
            _utf8.GetChars(bytes, characters, flush);
            return new string(characters);
        }
    }

    /// <summary>
    /// Byte tokens in a row are one text: if it is not UTF-8 as a whole, every byte of it is one U+FFFD. They therefore wait for the
    /// token behind the last of them.
    /// </summary>
    private sealed class ByteFallbackStage : Stage
    {
        private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
        private readonly List<byte> _run = [];

        public override string Add(string token)
        {
            if (BpeModel.ByteOf(token) is not byte value) return Finish() + token;
            _run.Add(value);
            return "";
        }

        public override string Finish()
        {
            if (_run.Count == 0) return "";
            byte[] bytes = [.. _run];
            _run.Clear();
            try
            {
                return Strict.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                return new string('\ufffd', bytes.Length);
            }
        }
    }

    private sealed class StripTextStage(char content, int most) : Stage
    {
        private int _left = most;

        public override string Add(string token)
        {
            int count = Leading(token, content, _left);
            _left = count == token.Length ? _left - count : 0;
            return token[count..];
        }
    }

    private sealed class MetaspaceStage(string replacement, bool dropsFirst) : Stage
    {
        private bool _first = dropsFirst;

        public override string Add(string token)
        {
            string by = _first ? "" : " ";
            _first = false;
            return token.Replace(replacement, by, StringComparison.Ordinal);
        }
    }
}
