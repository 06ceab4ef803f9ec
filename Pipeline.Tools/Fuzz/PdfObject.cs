namespace Pipeline.Tools.Fuzz;

/// <summary>One object of a PDF as text, one character per byte.</summary>
internal sealed class PdfObject(int number, string body, string? stream, bool packed)
{
    /// <summary>Its number.</summary>
    public int Number { get; set; } = number;

    /// <summary>The value before any stream.</summary>
    public string Body { get; set; } = body;

    /// <summary>Content of the stream, without its Flate packing; null for an object that has none.</summary>
    public string? Stream { get; set; } = stream;

    /// <summary>The stream is packed with Flate when the file is written.</summary>
    public bool Packed { get; set; } = packed;

    /// <summary>Length to claim for the stream; null for the true one.</summary>
    public int? ClaimedLength { get; set; }

    public PdfObject Copy() => (PdfObject)MemberwiseClone();
}
