using Pipeline.Models.Runtime;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// Causal attention within each sequence of a batch, in blocks of queries: as in FlashAttention (arXiv:2205.14135,
/// arXiv:2307.08691) only the logarithm of each row's sum is kept, and the backward pass recomputes the scores.
/// </summary>
internal sealed class PassAttention(IPassKernels kernels, PassBuffers buffers, int? window, float scale) : IPassAttention
{
    private const long ScoresAtOnce = 8 << 20;  // numbers; should stay in cache between two products
    private const int QueriesAtOnce = 512;      // positions; keys after them are not computed at all

    public void Forward(Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor attended)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor packed = buffers.Get("attention.o", q.shape);
        Tensor inverseSum = buffers.GetFloat32("attention.inverse", q.shape[0]);
        foreach (Block block in Blocks(heads))
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor keys = block.Keys(k), rows = block.Queries(q);
            Tensor scores = buffers.Get("attention.scores", block.Batches, block.QueryRows, block.KeyCount);
            BatchProduct.Into(scores, rows, keys.transpose(1, 2), 0);
            kernels.Softmax(scores, block.Scores(scale, window), block.PerQuery(lse), block.PerQuery(inverseSum));
            BatchProduct.Into(block.Queries(packed), scores, block.Keys(v), 0);
        }
        kernels.UnpackAttended(packed, inverseSum, heads, attended);
    }

    public void Backward(Tensor dattended, Tensor attended, Tensor q, Tensor k, Tensor v, HeadLayout heads, Tensor lse, Tensor dq,
        Tensor dk, Tensor dv)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = buffers.Get("attention.o", q.shape);
        Tensor delta = buffers.GetFloat32("attention.inverse", q.shape[0]);
        kernels.PackAttendedGradient(dattended, attended, heads, gradient, delta);
        foreach (Block block in Blocks(heads))
        {
            using DisposeScope inner = NewDisposeScope();
            if (block.IsFirst && !block.IsWhole)
            {
                block.AllKeys(dk).zero_();
                block.AllKeys(dv).zero_();
            }
            float sum = block.IsWhole ? 0 : 1;
            Tensor keys = block.Keys(k), rows = block.Queries(q), drows = block.Queries(gradient);
            Tensor scores = buffers.Get("attention.scores", block.Batches, block.QueryRows, block.KeyCount);
            Tensor dscores = buffers.Get("attention.dscores", block.Batches, block.QueryRows, block.KeyCount);
            BatchProduct.Into(scores, rows, keys.transpose(1, 2), 0);
            BatchProduct.Into(dscores, drows, block.Keys(v).transpose(1, 2), 0);
            kernels.SoftmaxBackward(scores, dscores, block.Scores(scale, window), block.PerQuery(lse), block.PerQuery(delta));
            BatchProduct.Into(block.Keys(dv), scores.transpose(1, 2), drows, sum);
            BatchProduct.Into(block.Keys(dk), dscores.transpose(1, 2), rows, sum);
            BatchProduct.Into(block.Queries(dq), dscores, keys, 0);
        }
    }

    private static IEnumerable<Block> Blocks(HeadLayout heads)
    {
        foreach (SequenceGroup group in heads.Sequences.Groups)
        {
            int batches = group.Count * heads.KvHeads, length = group.PaddedLength;
            int queries = Math.Min(length, QueriesAtOnce);
            int together = (int)Math.Clamp(ScoresAtOnce / ((long)queries * heads.Group * length), 1, batches);
            for (int batch = 0; batch < batches; batch += together)
            {
                for (int query = 0; query < length; query += queries)
                    yield return new Block(heads, group, batch, Math.Min(together, batches - batch), query,
                        Math.Min(queries, length - query));
            }
        }
    }

    // A range of queries for some (sequence, key head) pairs of a group, and all keys up to the last query.
    private readonly record struct Block(HeadLayout Heads, SequenceGroup Group, int FirstBatch, int Batches, int FirstQuery, int QueryCount)
    {
        public bool IsFirst => FirstQuery == 0;

        public bool IsWhole => QueryCount == Group.PaddedLength;

        public long QueryRows => (long)QueryCount * Heads.Group;

        public long KeyCount => FirstQuery + QueryCount;

        public ScoreBlock Scores(float scale, int? window) => new(FirstQuery, Heads.Group, scale, window);

        public Tensor Queries(Tensor packed) =>
            OfBatches(packed, Heads.Heads, (long)Group.PaddedLength * Heads.Group).narrow(1, (long)FirstQuery * Heads.Group, QueryRows);

        public Tensor Keys(Tensor packed) => AllKeys(packed).narrow(1, 0, KeyCount);

        public Tensor AllKeys(Tensor packed) => OfBatches(packed, Heads.KvHeads, Group.PaddedLength);

        public Tensor PerQuery(Tensor values)
        {
            long rows = (long)Group.PaddedLength * Heads.Group;
            return values.narrow(0, (long)Group.PaddedStart * Heads.Heads, (long)Group.Count * Heads.KvHeads * rows).view(-1, rows)
                .narrow(0, FirstBatch, Batches).narrow(1, (long)FirstQuery * Heads.Group, QueryRows);
        }

        // [batches, rows, head]
        private Tensor OfBatches(Tensor packed, int heads, long rows) =>
            packed.narrow(0, (long)Group.PaddedStart * heads, (long)Group.Count * Heads.KvHeads * rows).view(-1, rows, packed.shape[1])
                .narrow(0, FirstBatch, Batches);
    }
}
