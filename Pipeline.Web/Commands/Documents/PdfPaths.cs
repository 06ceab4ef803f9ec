using Pipeline.Models;

namespace Pipeline.Web.Commands.Documents;

/// <summary>The PDFs that a PATH argument means: one file, or all in a folder and below.</summary>
internal static class PdfPaths
{
    /// <returns>Each PDF with a name for its results; two files of one name get different ones.</returns>
    public static List<(string Pdf, string Stem)> Find(string path)
    {
        if (File.Exists(path))
            return [(path, Path.GetFileNameWithoutExtension(path))];
        if (!Directory.Exists(path))
            throw new InputException($"{path}: no such file or folder");
        string[] files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f).Equals(".pdf", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new InputException($"{path}: no PDF in this folder or below; name a folder with .pdf files");
        HashSet<string> stems = new(StringComparer.OrdinalIgnoreCase);
        return files.Select(file =>
        {
            string stem = Path.GetFileNameWithoutExtension(file), unique = stem;
            for (int n = 2; !stems.Add(unique); n++) // the same name in two folders
                unique = $"{stem}-{n}";
            return (file, unique);
        }).ToList();
    }
}
