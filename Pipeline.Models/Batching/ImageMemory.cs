namespace Pipeline.Models.Batching;

/// <summary>Embeddings of images asked about lately, within a number of bytes; the least recent leaves. Not thread-safe.</summary>
internal sealed class ImageMemory(long mostBytes)
{
    private readonly Dictionary<PrefixHash, LinkedListNode<(PrefixHash Image, float[] Embeddings)>> _known = [];
    private readonly LinkedList<(PrefixHash Image, float[] Embeddings)> _order = new();     // used last at the end
    private long _bytes;

    /// <summary>The embeddings of an image, or null.</summary>
    public float[]? Find(PrefixHash image)
    {
        if (!_known.TryGetValue(image, out LinkedListNode<(PrefixHash, float[] Embeddings)>? node))
            return null;
        _order.Remove(node);
        _order.AddLast(node);
        return node.Value.Embeddings;
    }

    /// <summary>Keeps embeddings that are not known yet.</summary>
    public void Keep(PrefixHash image, float[] embeddings)
    {
        _known.Add(image, _order.AddLast((image, embeddings)));
        _bytes += BytesOf(embeddings);
        while (_bytes > mostBytes && _order.First is { } oldest)
        {
            _order.RemoveFirst();
            _known.Remove(oldest.Value.Image);
            _bytes -= BytesOf(oldest.Value.Embeddings);
        }
    }

    private static long BytesOf(float[] embeddings) => embeddings.LongLength * sizeof(float);
}
