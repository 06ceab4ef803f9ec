namespace Pipeline.Jobs.Ingest;

/// <summary>The model folders that a run names.</summary>
internal static class RunModels
{
    /// <summary>
    /// The options with absolute model folders, so that every worker uses the same ones: below the working folder, or else below
    /// the product's own folder, where the starter models are.
    /// </summary>
    public static RunOptions WithAbsoluteModels(this RunOptions options) => options with
    {
        BaseModel = Resolve(options.BaseModel),
        Caption = options.Caption with { Model = Resolve(options.Caption.Model) },
    };

    // An empty name is a separate fault, reported by the option rules.
    private static string Resolve(string folder) => string.IsNullOrWhiteSpace(folder) ? folder : ProductFiles.Resolve(folder);
}
