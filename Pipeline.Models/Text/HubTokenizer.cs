using System.Text;

namespace Pipeline.Models.Text;

/// <summary>
/// Byte-pair encoding as a hub model folder describes it in <c>tokenizer.json</c>, in the forms of GPT-2, tiktoken and
/// SentencePiece: text to <c>input_ids</c> and back, with the ids of huggingface/tokenizers. Safe for concurrent use.
/// </summary>
public sealed class HubTokenizer
{
    private readonly TokenizerFile _file;
    private readonly AddedTokenMatcher _raw, _normalized, _specialTokens;
    private readonly Dictionary<string, int> _ids;
    private readonly string?[] _spellings;
    private readonly bool[] _special;

    private HubTokenizer(TokenizerFile file, TokenizerRoles roles)
    {
        _file = file;
        Roles = roles;
        _raw = new AddedTokenMatcher(file.AddedTokens.Where(token => !token.Normalized));
        _normalized = new AddedTokenMatcher(file.AddedTokens.Where(token => token.Normalized), file.Normalizer.Apply);
        _specialTokens = new AddedTokenMatcher(file.AddedTokens.Where(token => token.Special));

        _ids = new Dictionary<string, int>(file.Model.Vocabulary, StringComparer.Ordinal);
        foreach (AddedToken token in file.AddedTokens) _ids[token.Content] = token.Id;
        _spellings = new string[_ids.Values.DefaultIfEmpty(-1).Max() + 1];
        _special = new bool[_spellings.Length];
        foreach ((string token, int id) in _ids) _spellings[id] = token;
        foreach (AddedToken token in file.AddedTokens) _special[token.Id] |= token.Special;
    }

    /// <summary>One more than the highest id. Embedding matrices may have more rows.</summary>
    public int VocabSize => _spellings.Length;

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

    /// <summary>Spelling of the token that ends a text, or null.</summary>
    internal string? EosToken => Roles.Eos;

    /// <summary>Spelling of the token that pads a batch, or null.</summary>
    internal string? PadToken => Roles.Pad;

    /// <summary>Spelling of the token that starts a text, or null.</summary>
    internal string? BosToken => Roles.Bos;

    /// <summary>Spelling of the token for what the vocabulary lacks, or null.</summary>
    internal string? UnkToken => Roles.Unk;

    /// <summary>Whether <see cref="BosTokenId"/> stands before every text (<c>add_bos_token</c>).</summary>
    internal bool AddsBos => Roles.AddsBos;

    /// <summary>Spellings of the first, last and padding token.</summary>
    internal TokenizerRoles Roles { get; }

    /// <summary>Reads a tokenizer from a model folder or from its <c>tokenizer.json</c>.</summary>
    /// <exception cref="InputException">Not found, not readable, or of a kind not computed here; names the file and the key.</exception>
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
    public int[] Encode(string text, bool allowSpecialTokens = true) =>
        Encode(text, allowSpecialTokens ? [] : [new TextRange(0, int.MaxValue)]);

    /// <summary>Ids of a text of which parts come from someone who must not write control tokens.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="untrusted">
    /// Parts, in order, in which the spelling of a special token is ordinary text; so is one that only begins or ends there.
    /// </param>
    public int[] Encode(string text, IReadOnlyList<TextRange> untrusted)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(untrusted);
        List<int> ids = new(text.Length / 3 + 8);
        foreach ((string stretch, int start, AddedToken? token) in _raw.Split(text, Accepts))
        {
            if (token is not null) ids.Add(token.Id);
            else EncodeNormalized(stretch, start, untrusted, ids);
        }
        return [.. ids];

        bool Accepts(AddedToken token, int start, int end) => !token.Special || !IsUntrusted(untrusted, new TextRange(start, end));
    }

    /// <summary>Text of the ids. Bytes that are not UTF-8 become U+FFFD; ids beyond the vocabulary give nothing.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        StreamingDecoder decoder = StreamDecoder(skipSpecialTokens);
        StringBuilder text = new();
        foreach (int id in ids) text.Append(decoder.Add(id));
        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>A decoder for ids that arrive one by one.</summary>
    public StreamingDecoder StreamDecoder(bool skipSpecialTokens = true) => new(this, skipSpecialTokens, _file.Decoder.Start());

    /// <summary>Id of one entry as the file spells it (special tokens as their text), or null.</summary>
    public int? TokenToId(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Whether the id belongs to a special token.</summary>
    public bool IsSpecial(int id) => id >= 0 && id < _special.Length && _special[id];

    /// <summary>Where a text spells out special tokens.</summary>
    internal IEnumerable<TextRange> SpecialTokensIn(string text) => _specialTokens.Split(text, (_, _, _) => true)
        .Where(part => part.Token is not null).Select(part => new TextRange(part.Start, part.Start + part.Text.Length));

    /// <summary>The entry of an id as the file spells it, or null beyond the vocabulary.</summary>
    internal string? SpellingOf(int id) => id >= 0 && id < _spellings.Length ? _spellings[id] : null;

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

    private int? IdOf(string? token) => token is null ? null : TokenToId(token);

    private void EncodeNormalized(string text, int offset, IReadOnlyList<TextRange> untrusted, List<int> ids)
    {
        string normalized = _file.Normalizer.Apply(text);
        bool keepsPlaces = _file.Normalizer.IsIdentity;
        foreach ((string stretch, int start, AddedToken? token) in _normalized.Split(normalized, Accepts))
        {
            if (token is not null) ids.Add(token.Id);
            else _file.Pieces.Split(stretch, offset + start == 0, piece => _file.Model.Encode(piece, ids));
        }

        // Normalizing moves text: where a spelling comes from someone untrusted, no such token is taken from the whole stretch.
        bool Accepts(AddedToken token, int from, int to) => !token.Special || (keepsPlaces
            ? !IsUntrusted(untrusted, new TextRange(offset + from, offset + to))
            : !Occurrences(text, token.Content).Any(at =>
                IsUntrusted(untrusted, new TextRange(offset + at, offset + at + token.Content.Length))));
    }

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
            yield return at;
    }

    // Parts are in order and do not overlap: the first that ends behind the start decides.
    private static bool IsUntrusted(IReadOnlyList<TextRange> untrusted, TextRange part)
    {
        int low = 0, high = untrusted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (untrusted[middle].End > part.Start) high = middle;
            else low = middle + 1;
        }
        return low < untrusted.Count && untrusted[low].Overlaps(part);
    }
}
