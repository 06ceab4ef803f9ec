namespace Pipeline.Data.Entities;

/// <summary>The answer of one vision model to one question about one image. Reused by every later run.</summary>
public sealed class Caption
{
    private Caption() { }

    /// <summary>A finished caption.</summary>
    /// <param name="imageSha256">The image.</param>
    /// <param name="modelFingerprint">Identity of weights and configuration.</param>
    /// <param name="promptKey">Hash of prompt and generation settings.</param>
    /// <param name="text">The answer.</param>
    /// <param name="seconds">Time it took.</param>
    /// <param name="createdAt">Now.</param>
    public Caption(string imageSha256, string modelFingerprint, string promptKey, string text, double seconds, DateTimeOffset createdAt)
    {
        Id = Guid.CreateVersion7(createdAt);
        ImageSha256 = imageSha256;
        ModelFingerprint = modelFingerprint;
        PromptKey = promptKey;
        Text = text;
        Seconds = seconds;
        CreatedAt = createdAt;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>The image.</summary>
    public string ImageSha256 { get; private init; } = "";
    /// <summary>Identity of weights and configuration.</summary>
    public string ModelFingerprint { get; private init; } = "";
    /// <summary>Hash of prompt and generation settings.</summary>
    public string PromptKey { get; private init; } = "";
    /// <summary>The answer.</summary>
    public string Text { get; private init; } = "";
    /// <summary>Time it took.</summary>
    public double Seconds { get; private init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
}
