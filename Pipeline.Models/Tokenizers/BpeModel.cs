using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// Byte-pair encoding of one piece of text, over bytes (GPT-2's alphabet) or over characters with the bytes of unknown ones
/// (SentencePiece). Safe for concurrent use. Reference: tokenizers, models/bpe/model.rs.
/// </summary>
internal sealed class BpeModel
{
    private const int LongestCachedPiece = 32, MostCachedPieces = 1 << 18;

    private readonly BpeMerger _merger;
    private readonly bool _isByteLevel, _fuseUnknown, _ignoreMerges;
    private readonly int? _unknown;
    private readonly int[] _bytes;                              // id of each byte's symbol, -1 for none
    private readonly Dictionary<int, int> _characters = [];     // code point -> id
    private readonly HashSet<int>? _joined;
    private readonly ConcurrentDictionary<string, int[]> _pieces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _piecesBySpan;

    private BpeModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, bool isByteLevel,
        JsonElement model)
    {
        Vocabulary = vocabulary;
        _isByteLevel = isByteLevel;
        _ignoreMerges = TokenizerJson.Flag(model, "ignore_merges", false);
        _fuseUnknown = TokenizerJson.Flag(model, "fuse_unk", false);
        _unknown = TokenizerJson.Text(model, "unk_token") is { } unknown ? Id(unknown, "unk_token") : null;
        bool hasBytes = TokenizerJson.Flag(model, "byte_fallback", false);
        _bytes = new int[256];
        for (int b = 0; b < 256; b++)
            _bytes[b] = isByteLevel ? vocabulary.GetValueOrDefault(ByteLevelAlphabet.SpellingOf([(byte)b]), -1)
                : hasBytes ? vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"), -1) : -1;
        foreach ((string token, int id) in vocabulary)
            if (Rune.TryGetRuneAt(token, 0, out Rune rune) && rune.Utf16SequenceLength == token.Length) _characters[rune.Value] = id;
        _merger = new BpeMerger([.. merges.Select((merge, i) =>
            (Id(merge.Left, $"merges[{i}]"), Id(merge.Right, $"merges[{i}]"), Id(merge.Left + merge.Right, $"merges[{i}]")))]);
        _joined = isByteLevel || _ignoreMerges || merges.Any(merge => IsByte(merge.Left) || IsByte(merge.Right)) ? null
            : JoinedPairs(merges);
        _piecesBySpan = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();

        int Id(string token, string key) => vocabulary.TryGetValue(token, out int id) ? id
            : throw new FormatException($"model.{key} names '{token}', which model.vocab lacks");
    }

    /// <summary>Entries and their ids, without added tokens that are not among them.</summary>
    public Dictionary<string, int> Vocabulary { get; }

    /// <summary>Reads the key <c>model</c>.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="model">The object.</param>
    /// <param name="isByteLevel">Whether a pre-tokenizer turns text into bytes.</param>
    /// <exception cref="InputException">It is another kind of model.</exception>
    public static BpeModel Read(TokenizerJson file, JsonElement model, bool isByteLevel)
    {
        string type = TokenizerJson.Text(model, "type") ?? (TokenizerJson.Child(model, "merges").ValueKind == JsonValueKind.Array ? "BPE"
            : "missing");
        if (type == "Unigram")
            throw file.Unsupported("model.type", "Unigram (SentencePiece's other form, as T5, XLM and Gemma's ancestors use it)",
                "BPE; take a model whose tokenizer is BPE");
        if (type != "BPE") throw file.Unsupported("model.type", type, "BPE");
        foreach (string key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (TokenizerJson.Text(model, key) is { Length: > 0 } affix) throw file.Unsupported($"model.{key}", affix, "none");
        if (TokenizerJson.Child(model, "dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() > 0)
            throw file.Unsupported("model.dropout", dropout.GetRawText(), "none: ids would be drawn at random");
        if (!isByteLevel && !TokenizerJson.Flag(model, "byte_fallback", false) && TokenizerJson.Text(model, "unk_token") is null)
            throw file.Unsupported("pre_tokenizer",
                "without a ByteLevel step, and model.byte_fallback is false and model.unk_token missing",
                "a ByteLevel step, or byte_fallback, or an unk_token: unknown characters would be dropped");

        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (JsonProperty entry in model.GetProperty("vocab").EnumerateObject()) vocabulary[entry.Name] = entry.Value.GetInt32();
        List<(string, string)> merges = [];
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            // Older files write a merge as one string, newer ones as a pair.
            string[] pair = merge.ValueKind == JsonValueKind.String
                ? merge.GetString()!.Split(' ')
                : [.. merge.EnumerateArray().Select(part => part.GetString()!)];
            if (pair.Length != 2) throw new FormatException($"model.merges[{merges.Count}] is not a pair");
            merges.Add((pair[0], pair[1]));
        }
        return new BpeModel(vocabulary, merges, isByteLevel, model);
    }

    /// <summary>The byte that an entry of the form <c>&lt;0xNN&gt;</c> stands for, or null.</summary>
    public static byte? ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out byte value) ? value : null;

    /// <summary>Adds the ids of a piece.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_joined is null)
        {
            EncodePart(piece, ids);
            return;
        }
        int start = 0;
        for (int i = 1; i < piece.Length; i++)
        {
            if (_joined.Contains(PairOf(piece[i - 1], piece[i])) || !CanCut(piece, i)) continue;
            EncodePart(piece[start..i], ids);
            start = i;
        }
        EncodePart(piece[start..], ids);
    }

    // Unknown characters in a row may become one token: they stay together.
    private bool CanCut(ReadOnlySpan<char> piece, int at) =>
        !char.IsSurrogate(piece[at - 1]) && !char.IsSurrogate(piece[at])
        && (_characters.ContainsKey(piece[at - 1]) || _characters.ContainsKey(piece[at]));

    private void EncodePart(ReadOnlySpan<char> part, List<int> ids)
    {
        if (_piecesBySpan.TryGetValue(part, out int[]? known))
        {
            ids.AddRange(known);
            return;
        }
        List<int> symbols = Merged(part);
        if (part.Length <= LongestCachedPiece && _pieces.Count < MostCachedPieces) _piecesBySpan[part] = [.. symbols];
        ids.AddRange(symbols);
    }

    private List<int> Merged(ReadOnlySpan<char> part)
    {
        byte[]? utf8 = _isByteLevel ? Encoding.UTF8.GetBytes(part.ToString()) : null;
        if (_ignoreMerges && Vocabulary.TryGetValue(utf8 is null ? part.ToString() : ByteLevelAlphabet.SpellingOf(utf8), out int whole))
            return [whole];
        List<int> symbols = new(part.Length);
        if (utf8 is not null)
            foreach (byte value in utf8) AddByte(value, symbols);
        else
            AddCharacters(part, symbols);
        _merger.Merge(symbols);
        return symbols;
    }

    private void AddByte(byte value, List<int> symbols)
    {
        if (_bytes[value] >= 0) symbols.Add(_bytes[value]);
        else if (_unknown is int unknown) symbols.Add(unknown);
    }

    private void AddCharacters(ReadOnlySpan<char> part, List<int> symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        bool wasUnknown = false;
        foreach (Rune rune in part.EnumerateRunes())
        {
            if (_characters.TryGetValue(rune.Value, out int id))
            {
                symbols.Add(id);
                wasUnknown = false;
                continue;
            }
            Span<byte> bytes = utf8[..rune.EncodeToUtf8(utf8)];
            if (HasAll(bytes))
            {
                foreach (byte value in bytes) symbols.Add(_bytes[value]);
                wasUnknown = false;
            }
            else if (_unknown is int unknown && !(wasUnknown && _fuseUnknown))
            {
                symbols.Add(unknown);
                wasUnknown = true;
            }
        }
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            if (_bytes[value] < 0) return false;
        return true;
    }

    private static bool IsByte(string token) => ByteOf(token) is not null;

    /// <summary>
    /// Characters that stand side by side in what some merge makes. Between any others a text can be cut without changing its ids, so
    /// that a section of a thousand characters is merged word by word and words are found in the cache.
    /// </summary>
    private static HashSet<int> JoinedPairs(IEnumerable<(string Left, string Right)> merges) =>
        [.. merges.SelectMany(merge => PairsOf(merge.Left + merge.Right))];

    private static IEnumerable<int> PairsOf(string token) => Enumerable.Range(1, token.Length - 1)
        .Select(i => PairOf(token[i - 1], token[i]));

    private static int PairOf(char left, char right) => (left << 16) | right;
}
