using Pipeline.Models.Batching.Kernels;
using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>
/// A decoder's forward pass over rows of many sequences, on the CPU and without libtorch's operations: hidden states are float32,
/// weights as they are stored, keys and values in blocks. What a row becomes depends on its own sequence only.
/// </summary>
/// <typeparam name="T">Type of the model.</typeparam>
internal sealed unsafe class CpuPass<T> : IBatchPass
    where T : struct, IProductElement
{
    private readonly DecoderModel _model;
    private readonly DecoderConfig _config;
    private readonly KvBlocks _blocks;
    private readonly LayerWeights[] _layers;
    private readonly Matrix _embedding, _head, _finalNorm;
    private readonly BlockWeight? _embeddingBlocks, _headBlocks;    // instead of the two, where they are stored so
    private readonly PagedAttention.HeadShape _heads;
    private readonly PassProducts _products = new();
    private readonly PassBuffer _hidden = new(sizeof(float)), _normed = new(sizeof(float)), _projected = new(sizeof(float)),
        _attended = new(sizeof(float)), _output = new(sizeof(float)), _gateUp = new(sizeof(float)), _inner = new(sizeof(float)),
        _cos = new(sizeof(float)), _sin = new(sizeof(float)), _last = new(sizeof(float)), _scores = new(sizeof(float));

    /// <param name="model">On the CPU.</param>
    /// <param name="blocks">Where keys and values go, in the type of the model.</param>
    public CpuPass(DecoderModel model, KvBlocks blocks)
    {
        (_model, _config, _blocks) = (model, model.Config, blocks);
        _layers = [.. model.Layers.Select(layer => new LayerWeights(layer))];
        (_embeddingBlocks, _headBlocks) = (model.EmbeddingBlocks, model.HeadBlocks);
        if (_embeddingBlocks is null)
            (_embedding, _head) = (Matrix.Of(model.EmbeddingWeight), Matrix.Of(model.HeadWeight));
        _finalNorm = Matrix.Of(model.FinalNorm.Weight);
        _heads = new PagedAttention.HeadShape(_config.NumKeyValueHeads, _config.NumAttentionHeads / _config.NumKeyValueHeads,
            _config.HeadDim, _config.SlidingWindow);
    }

    /// <inheritdoc/>
    public Matrix Run(IReadOnlyList<PassPiece> pieces, bool isDecoding)
    {
        _products.IsDecoding = isDecoding;
        (PagedAttention.Piece[] places, AdapterRows[] adapters, int rows) = Arrange(pieces);
        Matrix hidden = _hidden.Of(rows, _config.HiddenSize);
        Matrix cos = _cos.Of(rows, _config.Rope.Dimensions / 2), sin = _sin.Of(rows, _config.Rope.Dimensions / 2);
        for (int i = 0; i < pieces.Count; i++)
            Begin(pieces[i], places[i].FirstRow, hidden, cos, sin);
        for (int layer = 0; layer < _layers.Length; layer++)
            Layer(layer, places, adapters, hidden, cos, sin);
        return Scores(pieces, places, hidden);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PassBuffer buffer in (PassBuffer[])[_hidden, _normed, _projected, _attended, _output, _gateUp, _inner, _cos, _sin, _last,
            _scores])
            buffer.Dispose();
        _products.Dispose();
    }

    private static (PagedAttention.Piece[] Places, AdapterRows[] Adapters, int Rows) Arrange(IReadOnlyList<PassPiece> pieces)
    {
        PagedAttention.Piece[] places = new PagedAttention.Piece[pieces.Count];
        List<AdapterRows> adapters = [];
        int rows = 0;
        for (int i = 0; i < pieces.Count; rows += pieces[i++].Count)
        {
            BatchSequence sequence = pieces[i].Sequence;
            places[i] = new PagedAttention.Piece(rows, pieces[i].Count, pieces[i].Start, sequence.Blocks);
            if (sequence.Adapter is not { } adapter)
                continue;
            if (adapters.Count > 0 && adapters[^1] is { } last && last.Adapter == adapter && last.First + last.Count == rows)
                adapters[^1] = last with { Count = last.Count + pieces[i].Count };
            else
                adapters.Add(new AdapterRows(adapter, rows, pieces[i].Count));
        }
        return (places, [.. adapters], rows);
    }

    private void Begin(PassPiece piece, int firstRow, Matrix hidden, Matrix cos, Matrix sin)
    {
        BatchSequence sequence = piece.Sequence;
        (Tensor cosines, Tensor sines) = _model.Rotary.Table(sequence.LastPosition(piece.Start + piece.Count) + 1, sequence.UsesLong,
            ScalarType.Float32);
        Matrix fromCos = Matrix.Of(cosines), fromSin = Matrix.Of(sines);
        IReadOnlyList<int> sections = _config.Rope.MropeSection;
        for (int i = 0; i < piece.Count; i++)
        {
            int token = piece.Start + i;
            Embed(sequence, token, (float*)hidden.Row<Float32Element>(firstRow + i));
            if (sections.Count == 0)
            {
                CopyRow(fromCos, sequence.PositionOf(0, token), 0, (int)cos.Width, cos, firstRow + i);
                CopyRow(fromSin, sequence.PositionOf(0, token), 0, (int)sin.Width, sin, firstRow + i);
                continue;
            }
            for (int axis = 0, start = 0; axis < sections.Count; start += sections[axis++])
            {
                CopyRow(fromCos, sequence.PositionOf(axis, token), start, sections[axis], cos, firstRow + i);
                CopyRow(fromSin, sequence.PositionOf(axis, token), start, sections[axis], sin, firstRow + i);
            }
        }
        GC.KeepAlive(cosines);
        GC.KeepAlive(sines);

        static void CopyRow(Matrix from, long row, int start, int count, Matrix to, int toRow) =>
            new Span<float>((float*)from.Row<Float32Element>(row) + start, count)
                .CopyTo(new Span<float>((float*)to.Row<Float32Element>(toRow) + start, count));
    }

    private void Embed(BatchSequence sequence, int token, float* row)
    {
        foreach (PlacedImage image in sequence.Images)
        {
            if (token < image.First || token >= image.First + image.Count)
                continue;
            float[] embeddings = image.Embeddings ?? throw new InvalidOperationException("an image has not been through the vision tower");
            embeddings.AsSpan((token - image.First) * _config.HiddenSize, _config.HiddenSize).CopyTo(new Span<float>(row,
                _config.HiddenSize));
            return;
        }
        if (_embeddingBlocks is not null)
            _embeddingBlocks.DecodeRow(sequence.Tokens[token], new Span<float>(row, _config.HiddenSize));
        else
            RowKernels.ConvertRow<T, Float32Element>(_embedding.Row<T>(sequence.Tokens[token]), (byte*)row, _config.HiddenSize);
    }

    private void Layer(int index, PagedAttention.Piece[] places, AdapterRows[] adapters, Matrix hidden, Matrix cos, Matrix sin)
    {
        LayerWeights layer = _layers[index];
        float eps = (float)_config.RmsNormEps;
        Matrix normed = _normed.Of(hidden.Rows, hidden.Width), output = _output.Of(hidden.Rows, hidden.Width);
        RowKernels.Norm<T>(hidden, layer.InputNorm, eps, normed);
        long queryWidth = _config.QueryWidth, keyWidth = _config.KeyWidth;
        Matrix projected = _projected.Of(hidden.Rows, queryWidth + 2 * keyWidth), attended = _attended.Of(hidden.Rows, queryWidth);
        ProjectInputs(layer.AttentionInputs, normed, projected, [queryWidth, keyWidth, keyWidth], adapters);
        StoreKeys(index, layer, places, projected, cos, sin);
        PagedAttention.Run<T>(_blocks, index, places, _heads, projected, attended);
        _products.Project(attended, layer.AttentionOutput, output, adapters);
        RowKernels.Add(hidden, output);

        RowKernels.Norm<T>(hidden, layer.PostNorm, eps, normed);
        Matrix gateUp = _gateUp.Of(hidden.Rows, 2L * _config.IntermediateSize), inner = _inner.Of(hidden.Rows, _config.IntermediateSize);
        ProjectInputs(layer.FeedForwardInputs, normed, gateUp, [_config.IntermediateSize, _config.IntermediateSize], adapters);
        RowKernels.GatedSilu(gateUp, inner);
        _products.Project(inner, layer.Down, output, adapters);
        RowKernels.Add(hidden, output);
    }

    // One fused projection, or one for each part of the result.
    private void ProjectInputs(PassWeight[] weights, Matrix x, Matrix y, ReadOnlySpan<long> widths, AdapterRows[] adapters)
    {
        if (weights.Length == 1)
        {
            _products.Project(x, weights[0], y, adapters);
            return;
        }
        long column = 0;
        for (int i = 0; i < weights.Length; column += widths[i++])
            _products.Project(x, weights[i], y with { Data = y.Data + (nint)(column * sizeof(float)), Width = widths[i] }, adapters);
    }

    // Norms and rotates queries, where they are, and keys; puts keys and values into their blocks.
    private void StoreKeys(int index, LayerWeights layer, PagedAttention.Piece[] places, Matrix projected, Matrix cos, Matrix sin)
    {
        int head = _config.HeadDim, padded = KvBlocks.PaddedHead(head), half = (int)cos.Width;
        float eps = (float)_config.RmsNormEps;
        foreach (PagedAttention.Piece place in places)
        {
            KernelThreads.For(place.Count, projected.Width, (from, to) =>
            {
                for (long i = from; i < to; i++)
                    StoreRow(place, (int)i);
            });
        }

        void StoreRow(PagedAttention.Piece place, int i)
        {
            long row = place.FirstRow + i;
            float* queries = (float*)projected.Row<Float32Element>(row), keys = queries + _config.QueryWidth,
                values = keys + _config.KeyWidth;
            float* rowCos = (float*)cos.Row<Float32Element>(row), rowSin = (float*)sin.Row<Float32Element>(row);
            for (int h = 0; h < _config.NumAttentionHeads; h++)
                Turn(queries + h * head, layer.QueryNorm);
            int position = place.Start + i, block = place.Blocks[position / KvBlocks.Tokens], lane = position % KvBlocks.Tokens;
            for (int h = 0; h < _config.NumKeyValueHeads; h++)
            {
                float* key = keys + h * head;
                Turn(key, layer.KeyNorm);
                byte* blockKeys = _blocks.Keys(block, index, h);
                for (int d = 0; d < head; d++)
                    T.StoreOne(blockKeys, (long)d * KvBlocks.Tokens + lane, key[d]);
                RowKernels.ConvertRow<Float32Element, T>((byte*)(values + h * head),
                    _blocks.Values(block, index, h) + (long)lane * padded * T.Size, head);
            }

            void Turn(float* one, Matrix? norm)
            {
                if (norm is { } weight)
                    RowKernels.NormRow<T>(one, (byte*)weight.Data, head, eps, one);
                RowKernels.Rotate(one, rowCos, rowSin, half);
            }
        }
    }

    // Only rows that a token is chosen from go through the head, always in the way of decoding.
    private Matrix Scores(IReadOnlyList<PassPiece> pieces, PagedAttention.Piece[] places, Matrix hidden)
    {
        int[] rows = [.. pieces.Select((p, i) => (Piece: p, Row: places[i].FirstRow + p.Count - 1)).Where(p => p.Piece.WantsScores)
            .Select(p => p.Row)];
        Matrix last = _last.Of(rows.Length, hidden.Width), scores = _scores.Of(rows.Length, _config.VocabSize);
        if (rows.Length == 0)
            return scores;
        for (int i = 0; i < rows.Length; i++)
            RowKernels.NormRow<T>((float*)hidden.Row<Float32Element>(rows[i]), (byte*)_finalNorm.Data, hidden.Width,
                (float)_config.RmsNormEps, (float*)last.Row<Float32Element>(i));
        _products.IsDecoding = true;
        if (_headBlocks is not null)
            BlockProduct.Into<Float32Element>(last, _headBlocks, scores);
        else
            _products.Multiply(last, _head, T.Type, scores);
        return scores;
    }

    private sealed class LayerWeights(DecoderLayer layer)
    {
        public Matrix InputNorm { get; } = Matrix.Of(layer.InputNorm.Weight);

        public Matrix PostNorm { get; } = Matrix.Of(layer.PostNorm.Weight);

        public Matrix? QueryNorm { get; } = layer.Attention.QueryNorm is { } norm ? Matrix.Of(norm.Weight) : null;

        public Matrix? KeyNorm { get; } = layer.Attention.KeyNorm is { } norm ? Matrix.Of(norm.Weight) : null;

        public PassWeight[] AttentionInputs { get; } = [.. layer.Attention.Inputs.Select(p => new PassWeight(p))];

        public PassWeight AttentionOutput { get; } = new(layer.Attention.Output);

        public PassWeight[] FeedForwardInputs { get; } = [.. layer.FeedForward.Inputs.Select(p => new PassWeight(p))];

        public PassWeight Down { get; } = new(layer.FeedForward.Down);
    }
}
