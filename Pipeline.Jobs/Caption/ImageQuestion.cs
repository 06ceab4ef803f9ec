namespace Pipeline.Jobs.Caption;

/// <summary>A question about an image.</summary>
/// <param name="Image">The encoded file: JPG, PNG, BMP, TIFF, GIF or WebP.</param>
/// <param name="Prompt">What to ask.</param>
public sealed record ImageQuestion(ReadOnlyMemory<byte> Image, string Prompt)
{
    /// <summary>Hub folder of the model; null for the server's configured one.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Longest answer, in tokens; null for the server's setting.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Who asks: clients that wait share the model equally.</summary>
    public string Client { get; init; } = "";

    /// <summary>
    /// Waits as long as it takes; false fails at once when the queue is full. Jobs wait, HTTP requests do not.
    /// </summary>
    public bool WaitsInQueue { get; init; }
}
