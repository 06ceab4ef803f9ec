namespace Pipeline.Web.Hosting;

/// <summary>Files that come with the product: the starter models and the samples.</summary>
internal static class ProductFiles
{
    /// <summary>
    /// The absolute path of a folder given by the user or by a default: below the working folder, or else below the product's
    /// own folder, wherever it was started from.
    /// </summary>
    public static string Resolve(string path)
    {
        string here = Path.GetFullPath(path);
        if (Path.IsPathRooted(path) || Directory.Exists(here))
            return here;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, path);
            if (Directory.Exists(candidate))
                return candidate;
        }
        return here;
    }
}
