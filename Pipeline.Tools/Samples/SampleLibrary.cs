namespace Pipeline.Tools.Samples;

/// <summary>The PDFs of <c>samples/</c>: written for this project, the same bytes every time.</summary>
internal static class SampleLibrary
{
    /// <summary>Writes all samples.</summary>
    /// <param name="folder">Target folder; files of the same names are replaced.</param>
    /// <returns>Paths of the written files.</returns>
    public static IReadOnlyList<string> Write(string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> written = new();
        foreach (string name in SampleText.Names())
        {
            string path = Path.Combine(folder, name + ".pdf");
            using FileStream file = File.Create(path);
            SamplePdf.Write(name, file);
            written.Add(path);
        }
        return written;
    }
}
