namespace Pipeline.Models.Weights;

/// <summary>A model folder as the hub lays it out.</summary>
public static class ModelFolder
{
    internal const string ConfigFile = "config.json";

    /// <summary>Why a folder cannot be one, and what to do, for the end of a message; null when nothing is wrong with it.</summary>
    /// <param name="folder">Path as the user gave it.</param>
    public static string? FindFault(string folder)
    {
        if (!Directory.Exists(folder))
            return $"{folder}: no such model folder; give the path of one, or fetch it with `./pipeline pull MODEL_ID`";
        if (!File.Exists(Path.Combine(folder, ConfigFile)))
            return $"{folder}: no {ConfigFile}, so it is not a model folder in hub layout; fetch one with `./pipeline pull MODEL_ID`";
        return null;
    }

    /// <summary>
    /// The folder that a configuration refers to: the one it names, or for the hub's OWNER/NAME, as in LLaMA-Factory's files,
    /// the one that <c>./pipeline pull</c> creates.
    /// </summary>
    /// <param name="nameOrPath">A folder, or a name on the hub.</param>
    /// <param name="pulledModels">Folder of pulled models.</param>
    internal static string Locate(string nameOrPath, string pulledModels = "models")
    {
        string pulled = Path.Combine(pulledModels, Path.GetFileName(nameOrPath));
        return !Directory.Exists(nameOrPath) && nameOrPath.Count(c => c == '/') == 1 && Directory.Exists(pulled) ? pulled : nameOrPath;
    }
}
