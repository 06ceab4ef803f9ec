namespace Pipeline.Models.Batching;

/// <summary>
/// Who uses which block. Full blocks of prompts are known by a hash of everything before them, so that a prompt with the same
/// beginning takes them over; unused ones stay known until their memory is needed, the one unused longest first. Not
/// thread-safe.
/// </summary>
internal sealed class BlockLedger
{
    private readonly int[] _users;
    private readonly PrefixHash?[] _hashes;
    private readonly Stack<int> _empty = new();                                   // unused, nothing known about their content
    private readonly LinkedList<int> _kept = new();                               // unused but known; the one unused longest first
    private readonly LinkedListNode<int>[] _nodes;
    private readonly Dictionary<PrefixHash, int> _known = [];

    /// <summary>All blocks unused.</summary>
    public BlockLedger(int count)
    {
        _users = new int[count];
        _hashes = new PrefixHash?[count];
        _nodes = [.. Enumerable.Range(0, count).Select(block => new LinkedListNode<int>(block))];
        for (int block = count - 1; block >= 0; block--)
            _empty.Push(block);
    }

    /// <summary>Blocks.</summary>
    public int Count => _users.Length;

    /// <summary>Blocks that can be taken.</summary>
    public int Available => _empty.Count + _kept.Count;

    /// <summary>Blocks in use by sequences.</summary>
    public int InUse => Count - Available;

    /// <summary>Takes the blocks of a sequence: known ones for its beginning, fresh ones for the rest.</summary>
    /// <param name="prefix">Hashes of the prompt's full blocks that may be taken over, in order.</param>
    /// <param name="count">Blocks of the whole sequence.</param>
    /// <param name="shared">How many of the result were known.</param>
    /// <returns>The blocks in order; null when there are not enough.</returns>
    public int[]? TryTake(IReadOnlyList<PrefixHash> prefix, int count, out int shared)
    {
        shared = 0;
        while (shared < prefix.Count && shared < count && _known.ContainsKey(prefix[shared]))
            shared++;
        int idle = 0;
        for (int i = 0; i < shared; i++)
            idle += _users[_known[prefix[i]]] == 0 ? 1 : 0;
        if (count - shared > Available - idle)
            return null;
        int[] blocks = new int[count];
        for (int i = 0; i < shared; i++)
            Use(blocks[i] = _known[prefix[i]]);
        for (int i = shared; i < count; i++)
            Use(blocks[i] = Fresh());
        return blocks;
    }

    /// <summary>Gives blocks back.</summary>
    public void Release(IReadOnlyList<int> blocks)
    {
        // The end of a prompt goes first: its beginning is likelier to be wanted again.
        for (int i = blocks.Count - 1; i >= 0; i--)
        {
            int block = blocks[i];
            if (--_users[block] > 0)
                continue;
            if (_hashes[block] is null)
                _empty.Push(block);
            else
                _kept.AddLast(_nodes[block]);
        }
    }

    /// <summary>Says what a used block holds from now on, for later sequences. Content known elsewhere stays known there.</summary>
    public void Remember(int block, PrefixHash content)
    {
        if (_hashes[block] is null && _known.TryAdd(content, block))
            _hashes[block] = content;
    }

    /// <summary>Forgets what unused blocks hold.</summary>
    public void Forget()
    {
        while (_kept.First is { } first)
        {
            Drop(first.Value);
            _empty.Push(first.Value);
        }
    }

    private void Use(int block)
    {
        if (_users[block]++ == 0 && _nodes[block].List is not null)
            _kept.Remove(_nodes[block]);
    }

    private int Fresh()
    {
        if (_empty.TryPop(out int block))
            return block;
        block = _kept.First!.Value;
        Drop(block);
        return block;
    }

    private void Drop(int block)
    {
        _kept.Remove(_nodes[block]);
        _known.Remove(_hashes[block]!.Value);
        _hashes[block] = null;
    }
}
