using System.Reflection;

namespace Pipeline.Jobs.Extract.View;

/// <summary>Style sheets and script of <see cref="DocumentView"/>, embedded in the assembly.</summary>
public static class ViewAssets
{
    /// <summary>Style sheet of the parts; takes its colours from the variables of the page around them.</summary>
    public static string Style { get; } = Read("view.css");

    /// <summary>Script of the parts: a block's box and text light up together.</summary>
    public static string Script { get; } = Read("view.js");

    /// <summary>Style sheet of a page that stands alone.</summary>
    internal static string PageStyle { get; } = Read("page.css");

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"view/{name}")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
