using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Tools.Starter.Training;

/// <summary>One long row of token ids, cut into windows that a generator reshuffles for every pass.</summary>
internal sealed class TokenStream
{
    private readonly ushort[] _ids;
    private readonly int _window;
    private readonly int _seed;
    private int[] _order = [];
    private int _pass = -1;

    /// <param name="ids">Ids below 65,536.</param>
    /// <param name="window">Inputs per window; a window also needs the id after its last input.</param>
    /// <param name="seed">Of the order.</param>
    public TokenStream(ushort[] ids, int window, int seed)
    {
        (_ids, _window, _seed) = (ids, window, seed);
        Windows = (ids.Length - 1) / window;
    }

    /// <summary>Windows of one pass.</summary>
    public int Windows { get; }

    /// <summary>The n-th batch of an endless sequence; the same for the same seed, regardless of earlier calls.</summary>
    /// <returns>Inputs and targets, [batch, window] int64.</returns>
    public (Tensor Inputs, Tensor Targets) Batch(long number, int size)
    {
        long[] inputs = new long[size * _window];
        long[] targets = new long[size * _window];
        for (int row = 0; row < size; row++)
        {
            int start = WindowAt(number * size + row) * _window;
            for (int i = 0; i < _window; i++)
            {
                inputs[row * _window + i] = _ids[start + i];
                targets[row * _window + i] = _ids[start + i + 1];
            }
        }
        return (tensor(inputs, [size, _window]), tensor(targets, [size, _window]));
    }

    /// <summary>Writes the ids as 16-bit numbers.</summary>
    public static void Save(string path, IReadOnlyList<ushort> ids) =>
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(ids.ToArray().AsSpan()).ToArray());

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static ushort[] Read(string path) => MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(path)).ToArray();

    private int WindowAt(long index)
    {
        int pass = (int)(index / Windows);
        if (pass != _pass)
        {
            _order = [.. Enumerable.Range(0, Windows)];
            new Random(_seed + pass).Shuffle(_order);
            _pass = pass;
        }
        return _order[index % Windows];
    }
}
