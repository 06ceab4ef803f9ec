using Pipeline.Models;

namespace Pipeline.Jobs.Ingest;

internal static class ModelFolder
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

    /// <summary>Refuses model folders that a run would need and that cannot be used.</summary>
    /// <exception cref="InputException">The message names setting, folder and fix.</exception>
    public static void CheckAll(RunOptions options)
    {
        Check(options.BaseModel, "base_model");
        if (options.Caption.Enabled) Check(options.Caption.Model, "caption.model", "or set caption.enabled to false");
    }

    /// <summary>Refuses a model folder that cannot be one, before any work is done for it.</summary>
    /// <exception cref="InputException">No such folder, or it has no <c>config.json</c>; the message names setting, folder and fix.</exception>
    private static void Check(string folder, string setting, string? alternative = null)
    {
        string otherwise = alternative is null ? "" : $", {alternative}";
        if (!Directory.Exists(folder))
            throw new InputException($"{setting}: {folder}: no such folder; give a model folder as the hub lays it out, or fetch one with 'pipeline pull MODEL_ID'{otherwise}");
        if (!File.Exists(Path.Combine(folder, "config.json")))
            throw new InputException($"{setting}: {folder} has no config.json; give a model folder as the hub lays it out{otherwise}");
    }

    private static string Resolve(string folder)
    {
        string here = Path.GetFullPath(folder);
        if (Path.IsPathRooted(folder) || Directory.Exists(here)) return here;
        for (DirectoryInfo? parent = new(AppContext.BaseDirectory); parent is not null; parent = parent.Parent)
            if (Path.Combine(parent.FullName, folder) is var candidate && Directory.Exists(candidate)) return candidate;
        return here;
    }
}
