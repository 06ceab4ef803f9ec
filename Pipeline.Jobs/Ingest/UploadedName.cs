namespace Pipeline.Jobs.Ingest;

/// <summary>File names from outside, made harmless and unique within one run.</summary>
internal sealed class UploadedName
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The last part of a path in either notation, without control characters.</summary>
    public static string Clean(string name)
    {
        string last = name.Split('/', '\\')[^1];
        string clean = new(last.Where(c => !char.IsControl(c)).Take(200).ToArray());
        return clean is "" or "." or ".." ? "unnamed" : clean;
    }

    /// <summary>The name, with a number when it is already taken.</summary>
    public string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !_taken.Add(unique); i++) unique = $"{Path.GetFileNameWithoutExtension(name)}-{i}{Path.GetExtension(name)}";
        return unique;
    }
}
