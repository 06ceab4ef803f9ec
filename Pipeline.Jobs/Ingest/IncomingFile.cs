namespace Pipeline.Jobs.Ingest;

/// <summary>An uploaded file: a PDF, or a zip of PDFs.</summary>
/// <param name="Name">Its name as the client gave it; only the last part is used.</param>
/// <param name="Content">Its bytes, read once. Zip files need a seekable stream.</param>
public sealed record IncomingFile(string Name, Stream Content);
