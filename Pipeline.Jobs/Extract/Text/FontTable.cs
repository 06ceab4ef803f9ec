using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>The fonts of one document, each under an index, in order of first use.</summary>
internal sealed class FontTable
{
    private readonly Dictionary<(string? Name, bool Bold, bool Italic), int> _indices = [];
    private readonly List<DocumentFont> _fonts = [];

    public IReadOnlyList<DocumentFont> Fonts => _fonts;

    public DocumentFont this[int index] => _fonts[index];

    /// <param name="rawName">Name as in the file, with or without the subset prefix <c>ABCDEF+</c>.</param>
    /// <param name="bold">The file declares it bold; the name is checked too.</param>
    /// <param name="italic">The file declares it italic; the name is checked too.</param>
    public int IndexOf(string? rawName, bool bold, bool italic)
    {
        (string?, bool, bool) key = (rawName, bold, italic);
        if (_indices.TryGetValue(key, out int index))
            return index;
        string name = WithoutSubsetPrefix(rawName ?? "");
        DocumentFont font = new(
            name.Length > 0 ? name : "unnamed",
            bold || Mentions(name, "bold", "black", "heavy", "semibold", "demi"),
            italic || Mentions(name, "italic", "oblique"));
        index = _fonts.IndexOf(font);
        if (index < 0)
        {
            index = _fonts.Count;
            _fonts.Add(font);
        }
        return _indices[key] = index;
    }

    private static string WithoutSubsetPrefix(string name) =>
        name.Length > 7 && name[6] == '+' && name.AsSpan(0, 6).IndexOfAnyExceptInRange('A', 'Z') < 0 ? name[7..] : name;

    private static bool Mentions(string name, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
            if (name.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
