namespace Pipeline.Models.Layers.Steps;

/// <summary>The memory of <see cref="DecodingStep"/>, reused for every layer and step.</summary>
internal sealed unsafe class StepBuffers : IDisposable
{
    private readonly LayerShape _shape;
    private readonly ProjectionLayer[] _one = new ProjectionLayer[1];
    private readonly StepBuffer[] _all;

    public StepBuffers(LayerShape shape)
    {
        _shape = shape;
        (Hidden, Normed, Attended, Gated) = (new StepBuffer(shape.HiddenSize), new StepBuffer(shape.HiddenSize),
            new StepBuffer(shape.QueryWidth), new StepBuffer(shape.IntermediateSize));
        AttentionInputs = [.. shape.AttentionProjections.SkipLast(1).Select(p => new StepBuffer(p.OutFeatures))];
        FeedForwardInputs = [.. shape.FeedForwardProjections.SkipLast(1).Select(p => new StepBuffer(p.OutFeatures))];
        Outputs = [new StepBuffer(shape.HiddenSize)];
        _all = [Hidden, Normed, Attended, Gated, .. AttentionInputs, .. FeedForwardInputs, .. Outputs];
    }

    public StepProduct Product { get; } = new();

    /// <summary>[rows, hidden], what every layer adds to.</summary>
    public StepBuffer Hidden { get; }

    /// <summary>[rows, hidden]</summary>
    public StepBuffer Normed { get; }

    /// <summary>[rows, heads × head]</summary>
    public StepBuffer Attended { get; }

    /// <summary>[rows, intermediate]</summary>
    public StepBuffer Gated { get; }

    /// <summary>Query, key and value in one, or in three.</summary>
    public IReadOnlyList<StepBuffer> AttentionInputs { get; }

    /// <summary>Gate and up in one, or in two.</summary>
    public IReadOnlyList<StepBuffer> FeedForwardInputs { get; }

    /// <summary>[rows, hidden], one buffer.</summary>
    public IReadOnlyList<StepBuffer> Outputs { get; }

    /// <summary>Query heads of a row.</summary>
    public float* Query(long row) => AttentionInputs[0].Row(row);

    /// <summary>Key heads of a row.</summary>
    public float* Key(long row) => AttentionInputs.Count == 1 ? Query(row) + _shape.QueryWidth : AttentionInputs[1].Row(row);

    /// <summary>Value heads of a row.</summary>
    public float* Value(long row) =>
        AttentionInputs.Count == 1 ? Query(row) + _shape.QueryWidth + _shape.KeyWidth : AttentionInputs[2].Row(row);

    /// <summary>A list of one layer, valid until the next call.</summary>
    public IReadOnlyList<ProjectionLayer> OfOne(ProjectionLayer layer)
    {
        _one[0] = layer;
        return _one;
    }

    /// <summary>Makes room for a batch.</summary>
    public void Resize(long rows)
    {
        foreach (StepBuffer buffer in _all)
            buffer.Resize(rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Product.Dispose();
        foreach (StepBuffer buffer in _all)
            buffer.Dispose();
    }
}
