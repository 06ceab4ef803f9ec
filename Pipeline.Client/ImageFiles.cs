namespace Pipeline.Client;

/// <summary>Image files on the user's disk.</summary>
internal static class ImageFiles
{
    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".png"] = "image/png",
        [".bmp"] = "image/bmp",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
    };

    /// <summary>The media type that the file's name suggests.</summary>
    public static string MediaType(string file) => MediaTypes.GetValueOrDefault(Path.GetExtension(file), "application/octet-stream");

    /// <summary>The images of a folder, by name; other files and subfolders are left out.</summary>
    /// <exception cref="UsageException">No such folder, or none in it.</exception>
    public static string[] In(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"{folder}: no such folder; --batch takes a folder of images.");
        string[] files = [.. Directory.EnumerateFiles(folder).Where(f => MediaTypes.ContainsKey(Path.GetExtension(f)))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UsageException($"{folder}: no images there ({string.Join(", ", MediaTypes.Keys)}).");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It is missing or cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: cannot be read ({e.Message})");
        }
    }
}
