namespace Pipeline.Jobs.Ingest;

internal static class PdfFolder
{
    /// <summary>Relative paths of the PDFs below a folder, in ordinal order. Links and hidden folders are not followed.</summary>
    public static IReadOnlyList<string> Find(string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System,
            MaxRecursionDepth = 16,
        })
        .Where(f => f.EndsWith(".pdf", StringComparison.OrdinalIgnoreCase))
        .Select(f => Path.GetRelativePath(folder, f))
        .Order(StringComparer.Ordinal).ToArray();
}
