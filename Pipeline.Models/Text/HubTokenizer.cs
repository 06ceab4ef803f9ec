using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Models.Text;

/// <summary>
/// Byte-level BPE as a hub model folder describes it in <c>tokenizer.json</c>: text to <c>input_ids</c> and back, with
/// the ids of huggingface/tokenizers. The merges are Microsoft.ML.Tokenizers'; added tokens, normalization, the
/// file's own splits and decoding are done here. Safe for concurrent use.
/// </summary>
public sealed class HubTokenizer
{
    private const int LongestCachedPiece = 32, MostCachedPieces = 1 << 18;

    private readonly TokenizerFile _file;
    private readonly BpeTokenizer _merger;
    private readonly AddedTokenMatcher _raw, _rawPlain, _normalized, _normalizedPlain;
    private readonly AddedTokenMatcher _specialTokens;
    private readonly SearchValues<string> _spellings;
    private readonly Dictionary<string, int> _ids;
    private readonly byte[]?[] _bytes;
    private readonly HashSet<int> _special;
    private readonly ConcurrentDictionary<string, int[]> _pieces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _piecesBySpan;

    private HubTokenizer(TokenizerFile file, TokenizerRoles roles)
    {
        _file = file;
        Roles = roles;
        _piecesBySpan = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _merger = BpeTokenizer.Create(new BpeOptions(file.Vocabulary)
        {
            ByteLevel = true,
            Merges = file.Merges.Select(merge => $"{merge.Left} {merge.Right}"),
        });
        (_raw, _rawPlain) = Matchers(file.AddedTokens.Where(token => !token.Normalized));
        (_normalized, _normalizedPlain) = Matchers(file.AddedTokens.Where(token => token.Normalized));

        _ids = new Dictionary<string, int>(file.Vocabulary, StringComparer.Ordinal);
        foreach (AddedToken token in file.AddedTokens) _ids[token.Content] = token.Id;
        _specialTokens = new AddedTokenMatcher(file.AddedTokens.Where(token => token.Special));
        _spellings = SearchValues.Create([.. file.AddedTokens.Where(token => token is { Special: true, Content.Length: > 0 })
            .Select(token => token.Content)], StringComparison.Ordinal);
        _special = [.. file.AddedTokens.Where(token => token.Special).Select(token => token.Id)];
        _bytes = new byte[_ids.Values.DefaultIfEmpty(-1).Max() + 1][];
        foreach ((string token, int id) in _ids) _bytes[id] = ByteLevelAlphabet.BytesOf(token);
    }

    /// <summary>One more than the highest id. Embedding matrices may have more rows.</summary>
    public int VocabSize => _bytes.Length;

    /// <summary>Id that starts a text, when the folder names one.</summary>
    public int? BosTokenId => IdOf(Roles.Bos);

    /// <summary>
    /// Id that the model expects before a text without a template: the one that its post-processor puts there, or the first token where
    /// <c>add_bos_token</c> is true. Null for none; a model may name a first token that is never put before a text.
    /// </summary>
    public int? LeadingTokenId => IdOf(_file.LeadingToken) ?? (Roles.AddsBos ? BosTokenId : null);

    /// <summary>Id that ends a text, when the folder names one. Chat templates may replace it.</summary>
    public int? EosTokenId => IdOf(Roles.Eos);

    /// <summary>Id that pads a batch, when the folder names one.</summary>
    public int? PadTokenId => IdOf(Roles.Pad);

    /// <summary>Whether <see cref="BosTokenId"/> stands before every text (<c>add_bos_token</c>).</summary>
    internal bool AddsBos => Roles.AddsBos;

    /// <summary>Spellings of the first, last and padding token.</summary>
    internal TokenizerRoles Roles { get; }

    /// <summary>Reads a tokenizer from a model folder or from its <c>tokenizer.json</c>.</summary>
    /// <exception cref="InputException">Not found, not readable, or not byte-level BPE; names the file and the key.</exception>
    public static HubTokenizer Load(string folderOrFile)
    {
        bool isFolder = Directory.Exists(folderOrFile);
        string path = isFolder ? Path.Combine(folderOrFile, "tokenizer.json") : folderOrFile;
        string folder = isFolder ? folderOrFile : Path.GetDirectoryName(Path.GetFullPath(folderOrFile))!;
        return new HubTokenizer(TokenizerFile.Read(path), TokenizerRoles.Read(folder));
    }

    /// <summary>Ids of the text; no beginning-of-text id is added.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="allowSpecialTokens">False treats the spelling of a special token as ordinary text.</param>
    public int[] Encode(string text, bool allowSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> ids = new(text.Length / 3 + 8);
        foreach ((string stretch, AddedToken? token) in (allowSpecialTokens ? _raw : _rawPlain).Split(text))
        {
            if (token is not null) ids.Add(token.Id);
            else EncodeNormalized(stretch, allowSpecialTokens, ids);
        }
        return [.. ids];
    }

    /// <summary>Text of the ids. Bytes that are not UTF-8 become U+FFFD; ids beyond the vocabulary give nothing.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using MemoryStream bytes = new();
        foreach (int id in ids)
            if (!skipSpecialTokens || !_special.Contains(id)) bytes.Write(BytesOf(id));
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>A decoder for ids that arrive one by one.</summary>
    public StreamingDecoder StreamDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    /// <summary>Id of one entry as the file spells it (special tokens as their text), or null.</summary>
    public int? TokenToId(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Whether the id belongs to a special token.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>
    /// The same tokenizer with other first, last and padding tokens, and with further special ones; those that the vocabulary
    /// lacks get the next ids.
    /// </summary>
    /// <param name="roles">First, last and padding token.</param>
    /// <param name="special">Further special tokens.</param>
    internal HubTokenizer With(TokenizerRoles roles, IReadOnlyList<string> special)
    {
        TokenizerFile file = _file;
        int next = VocabSize;
        foreach (string token in (string[])[.. roles.Eos is { } eos ? (string[])[eos] : [], .. special])
        {
            if (file.AddedTokens.Any(added => added.Content == token && added.Special)) continue;
            file = file.WithSpecialToken(token, TokenToId(token) ?? next++);
        }
        return new HubTokenizer(file, roles);
    }

    /// <summary>Whether a text spells out a special token.</summary>
    internal bool SpellsSpecialToken(string text) => text.AsSpan().ContainsAny(_spellings);

    /// <summary>The text as stretches without special tokens and, with their ids, such tokens.</summary>
    internal IEnumerable<(string Text, int? Token)> SplitAtSpecialTokens(string text) =>
        _specialTokens.Split(text).Select(part => (part.Text, part.Token?.Id));

    internal ReadOnlySpan<byte> BytesOf(int id) => id >= 0 && id < _bytes.Length ? _bytes[id] : default(ReadOnlySpan<byte>);

    private int? IdOf(string? token) => token is null ? null : TokenToId(token);

    private static (AddedTokenMatcher All, AddedTokenMatcher Plain) Matchers(IEnumerable<AddedToken> tokens)
    {
        AddedToken[] all = [.. tokens];
        return (new AddedTokenMatcher(all), new AddedTokenMatcher(all.Where(token => !token.Special)));
    }

    private void EncodeNormalized(string text, bool allowSpecialTokens, List<int> ids)
    {
        if (_file.ComposeCanonically) text = CanonicalComposition.ToFormC(text);
        foreach ((string stretch, AddedToken? token) in (allowSpecialTokens ? _normalized : _normalizedPlain).Split(text))
        {
            if (token is not null) ids.Add(token.Id);
            else EncodePieces(_file.AddPrefixSpace && stretch[0] != ' ' ? " " + stretch : stretch, 0, ids);
        }
    }

    private void EncodePieces(string text, int splitter, List<int> ids)
    {
        if (splitter == _file.Splitters.Count)
        {
            EncodePiece(text, ids);
            return;
        }
        bool last = splitter == _file.Splitters.Count - 1;
        _file.Splitters[splitter].Split(text, range =>
        {
            if (last) EncodePiece(text.AsSpan(range), ids);
            else EncodePieces(text[range], splitter + 1, ids);
        });
    }

    private void EncodePiece(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_piecesBySpan.TryGetValue(piece, out int[]? known))
        {
            ids.AddRange(known);
            return;
        }
        int[] merged = MergePiece(piece.ToString());
        if (piece.Length <= LongestCachedPiece && _pieces.Count < MostCachedPieces) _piecesBySpan[piece] = merged;
        ids.AddRange(merged);
    }

    private int[] MergePiece(string piece)
    {
        if (_file.IgnoreMerges && _file.Vocabulary.TryGetValue(ByteLevelAlphabet.SpellingOf(Encoding.UTF8.GetBytes(piece)), out int whole))
            return [whole];
        return [.. _merger.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false)];
    }
}
