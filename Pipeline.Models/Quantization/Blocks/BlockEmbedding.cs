using Pipeline.Models.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>Rows of a weight in blocks as token embeddings.</summary>
internal static unsafe class BlockEmbedding
{
    /// <summary>[batch, seq] int64 → [batch, seq, in]</summary>
    /// <param name="weight">[vocab, in]</param>
    /// <param name="inputIds">Rows to restore; a number out of range is an error, as in libtorch.</param>
    /// <param name="dtype">Type of the result.</param>
    public static Tensor Rows(BlockWeight weight, Tensor inputIds, ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = inputIds.contiguous(), rows = empty([.. inputIds.shape, weight.Columns]);
        nint from = TensorMemory.Start(ids), to = TensorMemory.Start(rows);
        KernelThreads.For(ids.NumberOfElements, weight.Columns, (first, end) =>
        {
            for (long i = first; i < end; i++)
            {
                long id = ((long*)from)[i];
                if (id < 0 || id >= weight.Rows)
                    throw new ArgumentOutOfRangeException(nameof(inputIds), id, $"token ids are 0 to {weight.Rows - 1}");
                weight.DecodeRow(id, new Span<float>((float*)to + i * weight.Columns, (int)weight.Columns));
            }
        });
        GC.KeepAlive(ids);
        return rows.to(dtype).MoveToOuterDisposeScope();
    }
}
