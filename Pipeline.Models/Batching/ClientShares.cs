namespace Pipeline.Models.Batching;

/// <summary>
/// Waiting entries of many clients: the one that has been served least is next, so that nobody gets more by asking more often. A
/// client that comes anew starts level with the least served one. Not thread-safe. Reference: the virtual token counter of
/// arXiv:2401.00588.
/// </summary>
/// <typeparam name="T">What waits.</typeparam>
internal sealed class ClientShares<T>
{
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private double _level;      // served to whoever was least served lately

    /// <summary>Entries that wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>All entries that wait.</summary>
    public IEnumerable<T> Entries => _shares.Values.SelectMany(share => share.Queue);

    /// <summary>Appends to a client's entries.</summary>
    public void Add(string client, T entry)
    {
        if (!_shares.TryGetValue(client, out Share? share))
            _shares[client] = share = new Share { Served = _level };
        share.Queue.AddLast(entry);
        share.Present++;
        Waiting++;
    }

    /// <summary>The entry whose turn it is.</summary>
    public bool TryPeek(out string client, out T entry)
    {
        KeyValuePair<string, Share> least = default;
        foreach (KeyValuePair<string, Share> share in _shares)
        {
            if (share.Value.Queue.Count > 0 && (least.Value is null || share.Value.Served < least.Value.Served))
                least = share;
        }
        (client, entry) = least.Value is null ? ("", default!) : (least.Key, least.Value.Queue.First!.Value);
        return least.Value is not null;
    }

    /// <summary>Takes the entry of <see cref="TryPeek"/> out of the queue, to serve it.</summary>
    public void Take(string client)
    {
        Share share = _shares[client];
        share.Queue.RemoveFirst();
        Waiting--;
        _level = Math.Max(_level, share.Served);
    }

    /// <summary>Takes an entry out of the queue that was given up.</summary>
    public void Remove(string client, T entry)
    {
        if (!_shares[client].Queue.Remove(entry))
            throw new InvalidOperationException("the entry does not wait");
        Waiting--;
    }

    /// <summary>Counts what a client got.</summary>
    public void Charge(string client, double amount) => _shares[client].Served += amount;

    /// <summary>An entry of a client has ended, served or not.</summary>
    public void Leave(string client)
    {
        Share share = _shares[client];
        if (--share.Present == 0)
            _shares.Remove(client);
    }

    private sealed class Share
    {
        public LinkedList<T> Queue { get; } = new();

        public double Served { get; set; }

        public int Present { get; set; }    // entries that wait or are served
    }
}
