using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Models;

/// <summary>The text of a YAML file as nodes.</summary>
public static class YamlText
{
    /// <summary>Reads the first document.</summary>
    /// <param name="text">YAML; JSON is YAML too.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <returns>Its root, or null when the text holds no document.</returns>
    /// <exception cref="InputException">The text is not YAML; names file and line.</exception>
    public static YamlNode? ReadRoot(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        Parser parser = new(new StringReader(text));
        YamlStream stream = new();
        try
        {
            stream.Load(parser);
        }
        catch (YamlException e)
        {
            throw new InputException($"{source}: line {e.Start.Line}: not YAML: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // How the scanner reports some broken texts, such as a list whose bracket is never closed: without position or reason.
            throw new InputException(
                $"{source}: line {parser.Current?.End.Line ?? 1} or after it: not YAML; look for a bracket or quote that is not closed", e);
        }
        return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
    }
}
