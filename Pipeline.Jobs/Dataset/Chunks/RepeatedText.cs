using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Finds paragraphs that several documents repeat: notices, forms of words, advertisements.</summary>
internal static class RepeatedText
{
    private const int FewestDocuments = 3;
    private const int FewestLetters = 30;
    private const int FewestShared = 5;
    private const double SharedByRevisions = 0.3;   // of the paragraphs of the smaller document

    /// <summary>
    /// Leaves out what at least three documents hold. Revisions, copies and translations of one document count as one: they share text
    /// or program code, and that is what is to be taught.
    /// </summary>
    public static void Mark(IReadOnlyList<DocumentText> texts)
    {
        if (texts.Count < FewestDocuments)
            return;
        Dictionary<ulong, List<int>> holders = [], code = [];
        List<(Piece Piece, ulong Hash)>[] hashes = new List<(Piece, ulong)>[texts.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            hashes[i] = [];
            foreach (Piece piece in texts[i].Pieces)
            {
                if (piece.Reason is not null || !piece.IsText || Hash(piece.Text) is not { } hash)
                    continue;
                if (piece.IsProse) hashes[i].Add((piece, hash));
                Add(piece.Block.Kind == BlockKind.Code ? code : holders, hash, i);
            }
        }
        int[] families = Families(hashes.Select(h => h.Select(p => p.Hash).Distinct().Count()).ToArray(), holders.Values, code.Values);
        foreach ((Piece piece, ulong hash) in hashes.SelectMany(h => h))
            if (holders[hash].Select(d => families[d]).Distinct().Take(FewestDocuments).Count() >= FewestDocuments)
                piece.LeaveOut(Reasons.Boilerplate);
    }

    /// <summary>
    /// Keeps only the first of long paragraphs that one document says again and again, such as a note above each chapter.
    /// </summary>
    public static void MarkWithin(DocumentText text)
    {
        const int Fewest = 4, FewestLength = 100;
        Dictionary<ulong, List<Piece>> same = [];
        foreach (Piece piece in text.Pieces)
        {
            if (piece.Reason is not null || !piece.IsProse || piece.Text.Length < FewestLength || Hash(piece.Text) is not { } hash)
                continue;
            if (!same.TryGetValue(hash, out List<Piece>? pieces)) same[hash] = pieces = [];
            pieces.Add(piece);
        }
        foreach (List<Piece> pieces in same.Values)
            if (pieces.Count >= Fewest)
                foreach (Piece piece in pieces.Skip(1)) piece.LeaveOut(Reasons.Duplicate);
    }

    /// <summary>The family of each document: documents that share a good part of their paragraphs.</summary>
    private static int[] Families(int[] sizes, IEnumerable<List<int>> shared, IEnumerable<List<int>> code)
    {
        Dictionary<(int, int), int> common = Common(shared);
        int[] families = [.. Enumerable.Range(0, sizes.Length)];
        foreach (((int a, int b), int count) in common)
        {
            int size = Math.Min(sizes[a], sizes[b]);
            // Of a few paragraphs one may be the same by chance.
            if (2 * count > size || (count >= FewestShared && count >= SharedByRevisions * size)) families[Root(b)] = Root(a);
        }
        foreach (((int a, int b), int count) in Common(code))
            if (count >= FewestShared) families[Root(b)] = Root(a);
        return [.. families.Select((_, i) => Root(i))];

        int Root(int at)
        {
            while (families[at] != at) at = families[at] = families[families[at]];
            return at;
        }
    }

    /// <summary>How many paragraphs each two documents share.</summary>
    private static Dictionary<(int First, int Second), int> Common(IEnumerable<List<int>> shared)
    {
        const int MostHolders = 64;     // what more documents hold says nothing about two of them
        Dictionary<(int, int), int> common = [];
        foreach (List<int> documents in shared)
            if (documents.Count is > 1 and <= MostHolders)
                for (int a = 0; a < documents.Count; a++)
                    for (int b = a + 1; b < documents.Count; b++)
                        common[(documents[a], documents[b])] = common.GetValueOrDefault((documents[a], documents[b])) + 1;
        return common;
    }

    private static void Add(Dictionary<ulong, List<int>> holders, ulong hash, int document)
    {
        if (!holders.TryGetValue(hash, out List<int>? documents)) holders[hash] = documents = [];
        if (documents.Count == 0 || documents[^1] != document) documents.Add(document);
    }

    /// <summary>
    /// Hash of letters and digits, whatever their case and what stands between them; null where there are few letters. Sentences that
    /// differ in a number say different things.
    /// </summary>
    private static ulong? Hash(string text)
    {
        ulong hash = 14695981039346656037;
        int letters = 0;
        foreach (char c in text)
        {
            bool letter = char.IsLetter(c);
            if (!letter && !char.IsDigit(c))
                continue;
            letters += letter ? 1 : 0;
            hash = (hash ^ char.ToLowerInvariant(c)) * 1099511628211;
        }
        return letters < FewestLetters ? null : hash;
    }
}
