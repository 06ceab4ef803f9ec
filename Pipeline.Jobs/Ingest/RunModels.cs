namespace Pipeline.Jobs.Ingest;

/// <summary>The model folders that a run names.</summary>
internal static class RunModels
{
    /// <summary>
    /// The options with absolute model folders, so that every worker means the same ones: below the working folder, or else below
    /// the product's own folder, where the starter models are.
    /// </summary>
    public static RunOptions WithAbsoluteModels(this RunOptions options) => options with
    {
        BaseModel = Resolve(options.BaseModel),
        Caption = options.Caption with { Model = Resolve(options.Caption.Model) },
    };

    private static string Resolve(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder)) return folder;
        string here = Path.GetFullPath(folder);
        if (Path.IsPathRooted(folder) || Directory.Exists(here)) return here;
        for (DirectoryInfo? parent = new(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
            if (Path.Combine(parent.FullName, folder) is var candidate && Directory.Exists(candidate)) return candidate;
        return here;
    }
}
