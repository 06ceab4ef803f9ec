using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>Turns extracted documents into examples with their source, without duplicates.</summary>
internal static partial class ExampleBuilder
{
    public static List<SourcedExample> Build(IReadOnlyList<ExtractedDocument> documents, DatasetOptions options)
    {
        List<SourcedExample> examples = new();
        HashSet<string> asked = new(StringComparer.Ordinal);
        HashSet<string> answered = new(StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (ExtractedDocument document in documents.OrderBy(d => d.Sha256, StringComparer.Ordinal))
        {
            if (!seen.Add(document.Sha256))
                continue; // the same file under two names
            foreach (DocumentSection section in DocumentSection.Of(document))
            {
                foreach (SourcedExample example in OfSection(section, options))
                {
                    // Neither the same question twice, perhaps with different answers, nor the same text for two questions of one kind.
                    string strategy = example.Source!.Strategy;
                    if (asked.Add(Normalised(example.Example.Question)) && answered.Add($"{strategy}|{Normalised(example.Example.Output)}"))
                        examples.Add(example);
                }
            }
        }
        return examples;
    }

    internal static string Normalised(string text) => NoWord().Replace(text.ToLowerInvariant(), " ").Trim();

    private static IEnumerable<SourcedExample> OfSection(DocumentSection section, DatasetOptions options) =>
    [
        .. SectionExamples.Of(section, options),
        .. DefinitionExamples.Of(section),
        .. FigureExamples.Of(section),
        .. TableExamples.Of(section, options),
    ];

    [GeneratedRegex(@"[^\p{L}\p{N}]+")]
    private static partial Regex NoWord();
}
