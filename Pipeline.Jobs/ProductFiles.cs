using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>Files that come with the product: the starter models and the samples.</summary>
public static class ProductFiles
{
    /// <summary>
    /// The absolute path of a folder given by the user or by a default: below the working folder, or else below the product's
    /// own folder, wherever the program was started from.
    /// </summary>
    public static string Resolve(string path)
    {
        string here = Path.GetFullPath(path);
        return Path.IsPathRooted(path) || Directory.Exists(here) ? here : Find(path) ?? here;
    }

    /// <summary>A folder of the product.</summary>
    /// <exception cref="MissingPrerequisiteException">It is not there.</exception>
    public static string Shipped(string path) =>
        Find(path) ?? throw new MissingPrerequisiteException($"{path} is not beside the program; run it from a complete checkout");

    private static string? Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, path);
            if (Directory.Exists(candidate)) return candidate;
        }
        return null;
    }
}
